// What a session has taken to publish and the broker has not acknowledged yet: bounded, in order,
// and sent again after a lost connection.
//
// Neither thread nor network inside. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "wire/message.h"

namespace biglittle::wire {

// A message on its way out: shared, not copied, while it is sent, kept and sent again.
using SharedMessage = std::shared_ptr<const Message>;

class Outbox {
 public:
  struct Counters {
    std::uint64_t published = 0;     // taken to be sent, repeats included
    std::uint64_t republished = 0;   // of those, repeats
    std::uint64_t acknowledged = 0;  // done
    std::uint64_t expired = 0;       // past expires_at before they could be sent
  };
  struct Ready {
    std::uint64_t id;
    SharedMessage message;
  };

  // At most `capacity` messages in all, at most `window` of them sent and not acknowledged.
  Outbox(std::size_t capacity, std::size_t window) : capacity_(capacity), window_(window) {}

  // False if the outbox is full; nothing changes then.
  [[nodiscard]] bool Push(Message message);
  // Puts a connection's first message before all others, whatever the capacity. It belongs to this
  // connection: when that is lost it is not sent again.
  void PushBirth(Message message);

  // Take would find something, or drop something expired.
  bool CanTake() const { return !waiting_.empty() && sent_.size() < window_; }
  // The next message to be sent; it stays here until it is acknowledged. nullopt if there is none,
  // or if the one whose turn it was had expired.
  std::optional<Ready> Take(SteadyTime now);

  // The message is done with, by an acknowledgement or by a refusal. nullptr if it is not (any
  // more) among those sent.
  SharedMessage Acknowledge(std::uint64_t id);
  SharedMessage Refuse(std::uint64_t id);

  // The connection is lost: what was sent and not acknowledged waits again, before everything
  // newer.
  void Requeue();

  // From now on at most so many are sent and not acknowledged; what is sent already stays so.
  void SetWindow(std::size_t window) { window_ = window; }
  // Takes out those that wait and whose packet would be larger, in order.
  std::vector<SharedMessage> TakeLargerThan(std::size_t packet_bytes);
  // Of the largest packet that was sent and not acknowledged; 0 if none is.
  std::size_t LargestSent() const;

  std::size_t size() const { return waiting_.size() + sent_.size(); }
  std::size_t capacity() const { return capacity_; }
  const Counters& counters() const { return counters_; }

 private:
  struct Entry {
    SharedMessage message;
    bool birth = false;
    bool sent_before = false;
  };

  const std::size_t capacity_;
  std::size_t window_;
  std::uint64_t next_id_ = 1;
  std::deque<std::pair<std::uint64_t, Entry>> waiting_;
  std::map<std::uint64_t, Entry> sent_;  // ordered, to be sent again in order
  Counters counters_;
};

}  // namespace biglittle::wire
