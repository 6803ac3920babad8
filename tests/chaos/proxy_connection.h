// One client's connection through the proxy: two sockets, and a bounded buffer for each direction.
//
// Not thread-safe: all on the proxy's thread.
#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "core/clock.h"
#include "tests/chaos/link_delay.h"

namespace biglittle::chaos {

// One direction. Bytes come out in the order they came in, none before its time.
class ByteLane {
 public:
  static constexpr std::size_t kCapacity = 256 * 1024;

  bool has_room() const { return !ended_ && buffered_ < kCapacity; }
  bool done() const { return ended_ && chunks_.empty(); }

  // Takes what `fd` has now, to come out at `due` or later. False if the connection is broken.
  bool Read(int fd, SteadyTime due);
  // Writes what is due, `allowed` bytes at most; how many were. nullopt if the connection is
  // broken.
  std::optional<std::uint64_t> Write(int fd, SteadyTime now, std::uint64_t allowed);
  // The receiver took no more at the last Write; cleared when it can be written to again.
  bool blocked() const { return blocked_; }
  void Unblock() { blocked_ = false; }
  // When the next byte may go out; nullopt if there is none.
  std::optional<SteadyTime> due() const;

 private:
  struct Chunk {
    std::string bytes;
    std::size_t written = 0;
    SteadyTime due;
  };

  std::deque<Chunk> chunks_;
  std::size_t buffered_ = 0;
  SteadyTime last_due_{};
  bool ended_ = false;
  bool blocked_ = false;
};

class ProxyConnection {
 public:
  // Owns both sockets.
  ProxyConnection(int client, int broker) : client_(client), broker_(broker) {}
  ~ProxyConnection();
  ProxyConnection(const ProxyConnection&) = delete;
  ProxyConnection& operator=(const ProxyConnection&) = delete;

  // Passes on what is due, within both allowances. False when the connection is over.
  bool Pump(SteadyTime now, ByteAllowance& up, ByteAllowance& down);
  // The two entries for poll(); fd -1 where nothing is awaited, so that a black hole does not even
  // notice that somebody hung up.
  void Await(bool black_hole, pollfd& client, pollfd& broker) const;
  // Takes what poll() found. False when the connection is broken.
  bool Take(const pollfd& client, const pollfd& broker, SteadyTime up_due, SteadyTime down_due);
  // The earliest time at which Pump has something to do; nullopt: only poll() knows.
  std::optional<SteadyTime> NextDue() const;

  // Ends the connection after `bytes` more bytes, whatever they are the middle of.
  void CutAfter(std::uint64_t bytes) { left_before_cut_ = bytes; }
  bool was_cut() const { return left_before_cut_ == std::uint64_t{0}; }

 private:
  bool Pass(ByteLane& lane, int to, SteadyTime now, ByteAllowance& allowance);

  const int client_;
  const int broker_;
  ByteLane up_;
  ByteLane down_;
  std::optional<std::uint64_t> left_before_cut_;
};

}  // namespace biglittle::chaos
