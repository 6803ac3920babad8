#include "device_agent/pending_escalations.h"

#include <algorithm>
#include <utility>

namespace biglittle {

bool PendingEscalations::Add(PendingEscalation escalation) {
  const std::uint64_t sequence = escalation.verdict.sequence;
  if (full() || by_sequence_.contains(sequence)) return false;
  by_expiry_.emplace(escalation.give_up_at, sequence);
  by_sequence_.emplace(sequence, std::move(escalation));
  return true;
}

const PendingEscalation* PendingEscalations::Find(std::uint64_t sequence,
                                                  std::string_view request_id) const {
  const auto at = by_sequence_.find(sequence);
  if (at == by_sequence_.end() || at->second.request_id != request_id) return nullptr;
  return &at->second;
}

std::optional<PendingEscalation> PendingEscalations::Take(std::uint64_t sequence,
                                                          std::string_view request_id) {
  if (Find(sequence, request_id) == nullptr) return std::nullopt;
  return Remove(sequence);
}

std::vector<PendingEscalation> PendingEscalations::TakeRequest(std::string_view request_id) {
  std::vector<std::uint64_t> sequences;
  for (const auto& [sequence, escalation] : by_sequence_) {
    if (escalation.request_id == request_id) sequences.push_back(sequence);
  }
  std::ranges::sort(sequences);
  std::vector<PendingEscalation> taken;
  taken.reserve(sequences.size());
  for (const std::uint64_t sequence : sequences) taken.push_back(Remove(sequence));
  return taken;
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

std::optional<SteadyTime> PendingEscalations::NextExpiry() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.begin()->first;
}

PendingEscalation PendingEscalations::Remove(std::uint64_t sequence) {
  auto node = by_sequence_.extract(sequence);
  by_expiry_.erase({node.mapped().give_up_at, sequence});
  return std::move(node.mapped());
}

}  // namespace biglittle
