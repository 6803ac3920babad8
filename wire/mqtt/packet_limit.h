// How large a packet the broker takes: what it said when it was connected to, and what is found out
// where it did not say.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "core/clock.h"
#include "wire/mqtt_packets.h"

namespace biglittle::wire {

// Knows no clock; not thread-safe.
class PacketLimit {
 public:
  // A bound that a broker did not name is believed for so long: somebody may have raised it.
  static constexpr std::chrono::minutes kLearnedFor{10};

  std::size_t bytes() const { return bytes_; }

  // Its CONNACK's Maximum Packet Size; 0: it named none.
  void Say(std::size_t maximum_packet_size, SteadyTime now) {
    if (now - learned_at_ > kLearnedFor) learned_ = kMaxPacketBytes;
    bytes_ = std::min(maximum_packet_size == 0 ? kMaxPacketBytes : maximum_packet_size, learned_);
  }
  // It ended the connection over a packet's size, and would do it again: smaller than the largest
  // that it was given (0: none was), from the next Say on.
  void Learn(std::size_t largest_sent, SteadyTime now) {
    if (largest_sent == 0) return;
    learned_ = std::min(learned_, largest_sent - 1);
    learned_at_ = now;
  }

 private:
  std::size_t bytes_ = kMaxPacketBytes;
  std::size_t learned_ = kMaxPacketBytes;
  SteadyTime learned_at_;
};

}  // namespace biglittle::wire
