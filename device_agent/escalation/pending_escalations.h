// The escalations under way: each waits for its answer or for its time to run out, whichever comes
// first, and leaves the table exactly once. Meanwhile it may be sent several times.
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
#include "core/tensor.h"
#include "device_agent/escalation/escalation_purpose.h"
#include "device_agent/little/little_verdict.h"

namespace biglittle {

struct RequestName {
  std::uint64_t number = 0;  // within this run, for ourselves; 0: none
  std::string id;            // its correlation data
};

struct PendingEscalation {
  LittleVerdict verdict;
  EscalationPurpose* purpose = nullptr;  // who is told the end
  RequestName request;                   // that it was sent in; without an id until then
  Tensor sent;                           // kept, for it may have to be sent again
  // Of it on the wire, not compressed: what the budget and a request's bound count.
  std::size_t wire_bytes = 0;
  SteadyTime decided_at;
  SteadyTime give_up_at;       // when the fallback must be decided
  SteadyTime first_sent_at{};  // only if attempts > 0
  std::size_t attempts = 0;    // how often it was sent
  std::size_t refusals = 0;    // how often a worker refused it
  std::string refused_by;      // the last of them that did, if they were workers
  bool prioritised = false;    // goes before others in the worker
};

class PendingEscalations {
 public:
  explicit PendingEscalations(std::size_t capacity) : capacity_(capacity) {}

  // It is due to be sent from `decided_at` on. False if the table is full or the sequence number is
  // in it already; nothing changes then.
  [[nodiscard]] bool Add(PendingEscalation escalation);

  // The escalation that a reply answers. nullptr if there is none (too late, repeated, or never
  // ours) or if it was sent under another request id. Valid until the next change.
  const PendingEscalation* Find(std::uint64_t sequence, std::string_view request_id) const;
  // One that is in the table.
  const PendingEscalation& Get(std::uint64_t sequence) const {
    return by_sequence_.at(sequence).escalation;
  }
  std::optional<PendingEscalation> Take(std::uint64_t sequence, std::string_view request_id);
  std::optional<PendingEscalation> Take(std::uint64_t sequence);
  bool Knows(const std::string& request_id) const { return numbers_.contains(request_id); }
  // The sequence numbers of all that were sent in one request, ascending.
  std::vector<std::uint64_t> OfRequest(const std::string& request_id) const;
  std::vector<std::uint64_t> OfRequest(std::uint64_t number) const;
  // All whose time has run out at `now`, the earliest first.
  std::vector<PendingEscalation> TakeExpired(SteadyTime now);
  std::vector<PendingEscalation> TakeAll();

  // Those that are due to be sent at `now`, longest due first; each is valid until it is taken.
  std::vector<const PendingEscalation*> Due(SteadyTime now) const;
  // It was sent at `now`, in that request. It is due again at `next`, if that is given.
  void Sent(std::uint64_t sequence, const RequestName& request, SteadyTime now,
            std::optional<SteadyTime> next);
  // One more worker refused it, or the broker, which has no name; returns how often it was.
  std::size_t Refused(std::uint64_t sequence, const std::string& by = "");
  // It is due at `next` and not before.
  void Schedule(std::uint64_t sequence, SteadyTime next);

  std::optional<SteadyTime> NextExpiry() const;
  // When the next one becomes due that is not due at `now`.
  std::optional<SteadyTime> NextDueAfter(SteadyTime now) const;
  std::size_t size() const { return by_sequence_.size(); }
  // Of them, those that were sent.
  std::size_t under_way() const { return under_way_; }
  bool full() const { return size() >= capacity_; }

 private:
  struct Entry {
    PendingEscalation escalation;
    std::optional<SteadyTime> due_at;
  };
  using Order = std::set<std::pair<SteadyTime, std::uint64_t>>;

  PendingEscalation Remove(std::uint64_t sequence);
  void LeaveRequest(const PendingEscalation& escalation);
  void SetDue(std::uint64_t sequence, Entry& entry, std::optional<SteadyTime> due_at);

  const std::size_t capacity_;
  std::unordered_map<std::uint64_t, Entry> by_sequence_;
  // Those of them that were sent.
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> by_request_;  // by its number
  std::unordered_map<std::string, std::uint64_t> numbers_;                    // by its id
  Order by_expiry_;                                                           // same elements
  std::size_t under_way_ = 0;
  Order by_due_;  // those of them that are to be sent (again)
};

}  // namespace biglittle
