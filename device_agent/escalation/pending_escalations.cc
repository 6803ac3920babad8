#include "device_agent/escalation/pending_escalations.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace biglittle {

bool PendingEscalations::Add(PendingEscalation escalation) {
  const std::uint64_t sequence = escalation.verdict.sequence;
  if (full() || by_sequence_.contains(sequence)) return false;
  by_expiry_.emplace(escalation.give_up_at, sequence);
  const SteadyTime due_at = escalation.decided_at;
  const auto at = by_sequence_.emplace(sequence, Entry{std::move(escalation), {}}).first;
  SetDue(sequence, at->second, due_at);
  return true;
}

const PendingEscalation* PendingEscalations::Find(std::uint64_t sequence,
                                                  std::string_view request_id) const {
  const auto at = by_sequence_.find(sequence);
  if (at == by_sequence_.end()) return nullptr;
  const PendingEscalation& escalation = at->second.escalation;
  // What was not sent belongs to no request, not even to one without a name.
  return escalation.attempts > 0 && escalation.request.id == request_id ? &escalation : nullptr;
}

std::optional<PendingEscalation> PendingEscalations::Take(std::uint64_t sequence,
                                                          std::string_view request_id) {
  if (Find(sequence, request_id) == nullptr) return std::nullopt;
  return Remove(sequence);
}

std::optional<PendingEscalation> PendingEscalations::Take(std::uint64_t sequence) {
  if (!by_sequence_.contains(sequence)) return std::nullopt;
  return Remove(sequence);
}

std::vector<std::uint64_t> PendingEscalations::OfRequest(const std::string& request_id) const {
  const auto found = numbers_.find(request_id);
  return found == numbers_.end() ? std::vector<std::uint64_t>{} : OfRequest(found->second);
}

std::vector<std::uint64_t> PendingEscalations::OfRequest(std::uint64_t number) const {
  const auto found = by_request_.find(number);
  if (found == by_request_.end()) return {};
  std::vector<std::uint64_t> sequences = found->second;
  std::ranges::sort(sequences);
  return sequences;
}

std::vector<PendingEscalation> PendingEscalations::TakeExpired(SteadyTime now) {
  std::vector<PendingEscalation> taken;
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
    taken.push_back(Remove(by_expiry_.begin()->second));
  }
  return taken;
}

std::vector<PendingEscalation> PendingEscalations::TakeAll() {
  std::vector<PendingEscalation> taken;
  taken.reserve(size());
  while (!by_expiry_.empty()) taken.push_back(Remove(by_expiry_.begin()->second));
  return taken;
}

std::vector<const PendingEscalation*> PendingEscalations::Due(SteadyTime now) const {
  std::vector<const PendingEscalation*> due;
  for (auto at = by_due_.begin(); at != by_due_.end() && at->first <= now; ++at) {
    due.push_back(&by_sequence_.at(at->second).escalation);
  }
  return due;
}

void PendingEscalations::Sent(std::uint64_t sequence, const RequestName& request, SteadyTime now,
                              std::optional<SteadyTime> next) {
  Entry& entry = by_sequence_.at(sequence);
  if (entry.escalation.attempts++ == 0) {
    entry.escalation.first_sent_at = now;
    ++under_way_;
  }
  if (entry.escalation.request.number != request.number) {
    LeaveRequest(entry.escalation);
    std::vector<std::uint64_t>& readings = by_request_[request.number];
    if (readings.empty()) numbers_.emplace(request.id, request.number);
    readings.push_back(sequence);
    entry.escalation.request = request;
  }
  SetDue(sequence, entry, next);
}

std::size_t PendingEscalations::Refused(std::uint64_t sequence, const std::string& by) {
  PendingEscalation& escalation = by_sequence_.at(sequence).escalation;
  if (!by.empty()) escalation.refused_by = by;
  return ++escalation.refusals;
}

void PendingEscalations::Schedule(std::uint64_t sequence, SteadyTime next) {
  SetDue(sequence, by_sequence_.at(sequence), next);
}

void PendingEscalations::SetDue(std::uint64_t sequence, Entry& entry,
                                std::optional<SteadyTime> due_at) {
  if (entry.due_at) by_due_.erase({*entry.due_at, sequence});
  if (due_at) by_due_.emplace(*due_at, sequence);
  entry.due_at = due_at;
}

std::optional<SteadyTime> PendingEscalations::NextExpiry() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.begin()->first;
}

std::optional<SteadyTime> PendingEscalations::NextDueAfter(SteadyTime now) const {
  const auto at = by_due_.upper_bound({now, std::numeric_limits<std::uint64_t>::max()});
  if (at == by_due_.end()) return std::nullopt;
  return at->first;
}

void PendingEscalations::LeaveRequest(const PendingEscalation& escalation) {
  const auto request = by_request_.find(escalation.request.number);
  if (request == by_request_.end()) return;
  std::erase(request->second, escalation.verdict.sequence);
  if (!request->second.empty()) return;
  by_request_.erase(request);
  numbers_.erase(escalation.request.id);
}

PendingEscalation PendingEscalations::Remove(std::uint64_t sequence) {
  auto node = by_sequence_.extract(sequence);
  Entry& entry = node.mapped();
  SetDue(sequence, entry, std::nullopt);
  if (entry.escalation.attempts > 0) --under_way_;
  LeaveRequest(entry.escalation);
  by_expiry_.erase({entry.escalation.give_up_at, sequence});
  return std::move(entry.escalation);
}

}  // namespace biglittle
