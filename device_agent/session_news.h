// What the session's threads have to tell the agent's thread, in bounded memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "core/bounded_queue.h"
#include "core/clock.h"
#include "wire/message.h"
#include "wire/mqtt/outbox.h"

namespace biglittle {

// Thread-safe; one thread takes.
class SessionNews {
 public:
  // Everything but replies, each kind in order.
  struct News {
    std::vector<std::pair<std::uint64_t, wire::Delivery>> delivered;  // by tag
    std::vector<bool> links;                                          // up or down
    std::vector<wire::Message> too_large;
  };

  SessionNews();

  // A reply; beyond the bound of messages or bytes it counts as lost, and its readings are asked
  // for again or end by their deadline.
  void OnReply(wire::Message&& message);
  // These are bounded by the session's backlog.
  void OnLink(bool up);
  void OnTooLarge(wire::Message&& message);
  // `urgent`: the taker is woken for it.
  void OnDelivered(std::uint64_t tag, wire::Delivery delivery, bool urgent);
  // Makes WaitUntil return.
  void Wake();

  News Take();
  // The next reply; nullopt at the deadline, or where there is something else to do.
  std::optional<wire::Message> WaitUntil(SteadyTime deadline);

  bool has_too_large() const;
  std::size_t waiting_replies() const { return events_.size(); }
  std::uint64_t replies_dropped() const;

 private:
  struct WakeUp {};  // something else has changed
  using Event = std::variant<wire::Message, WakeUp>;

  BoundedQueue<Event> events_;
  std::atomic<std::size_t> waiting_bytes_{0};  // of the replies in events_
  std::atomic<bool> wake_waits_{false};        // there is a WakeUp in events_

  // Protected by mutex_.
  mutable std::mutex mutex_;
  News news_;
  std::uint64_t replies_dropped_ = 0;
};

}  // namespace biglittle
