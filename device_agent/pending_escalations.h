// The escalations under way: each waits for its reply or for its time to run out, whichever comes
// first, and leaves the table exactly once.
//
// Knows no clock: the caller says what time it is. Not thread-safe; the agent's thread owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/little_verdict.h"

namespace biglittle {

struct PendingEscalation {
  LittleVerdict verdict;
  std::string request_id;
  SteadyTime sent_at;
  SteadyTime give_up_at;  // when the fallback must be decided
};

class PendingEscalations {
 public:
  explicit PendingEscalations(std::size_t capacity) : capacity_(capacity) {}

  // False if the table is full or the sequence number is in it already; nothing changes then.
  [[nodiscard]] bool Add(PendingEscalation escalation);

  // The escalation that a reply answers. nullptr if there is none (too late, repeated, or never
  // ours) or if it was sent under another request id. Valid until the next change.
  const PendingEscalation* Find(std::uint64_t sequence, std::string_view request_id) const;
  std::optional<PendingEscalation> Take(std::uint64_t sequence, std::string_view request_id);
  // All that were sent under one request id, in order of their sequence.
  std::vector<PendingEscalation> TakeRequest(std::string_view request_id);
  // All whose time has run out at `now`, the earliest first.
  std::vector<PendingEscalation> TakeExpired(SteadyTime now);
  std::vector<PendingEscalation> TakeAll();

  std::optional<SteadyTime> NextExpiry() const;
  std::size_t size() const { return by_sequence_.size(); }
  bool full() const { return size() >= capacity_; }

 private:
  PendingEscalation Remove(std::uint64_t sequence);

  const std::size_t capacity_;
  std::unordered_map<std::uint64_t, PendingEscalation> by_sequence_;
  std::set<std::pair<SteadyTime, std::uint64_t>> by_expiry_;  // same elements
};

}  // namespace biglittle
