#include "device_agent/escalation/request_packer.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace biglittle {
namespace {

void Sooner(SteadyTime time, std::optional<SteadyTime>& wake) {
  wake = wake ? std::min(*wake, time) : time;
}

double ConfidenceOf(const PendingEscalation* escalation) {
  return escalation->verdict.prediction.confidence;
}

}  // namespace

SteadyTime LingerUntil(const EscalationPacking& packing, const PendingEscalation& escalation) {
  const SteadyTime::duration left = escalation.give_up_at - escalation.decided_at;
  return escalation.decided_at + std::min<SteadyTime::duration>(packing.linger, left / kLingerPart);
}

void RequestPacker::SetBudget(const EscalationBudget& budget, SteadyTime now) {
  if (budget == budget_) return;
  budget_ = budget;
  meter_.emplace(budget);
  meter_->Empty(now);
}

RequestPacker::Plan RequestPacker::PackDue(std::vector<const PendingEscalation*> due,
                                           std::size_t under_way, SteadyTime now) {
  Plan plan;
  const auto again = std::ranges::stable_partition(
      due, [](const PendingEscalation* escalation) { return escalation->attempts == 0; });
  // What was asked about already has waited longest.
  PackAgain({again.begin(), again.end()}, now, plan);
  due.erase(again.begin(), again.end());
  PackFresh(std::move(due), under_way, now, plan);
  return plan;
}

// A worker knows a reading again by its request: the same readings share the same request.
void RequestPacker::PackAgain(std::vector<const PendingEscalation*> again, SteadyTime now,
                              Plan& plan) {
  std::ranges::stable_sort(again, {}, ConfidenceOf);
  const std::size_t first = plan.packs.size();
  for (const PendingEscalation* escalation : again) {
    const auto pack = std::find_if(
        plan.packs.begin() + static_cast<std::ptrdiff_t>(first), plan.packs.end(),
        [&](const Pack& other) { return other[0]->request.id == escalation->request.id; });
    const bool own_message = pack == plan.packs.end();
    if (!Afford(*escalation, own_message, now, plan)) continue;
    if (own_message) {
      plan.packs.push_back({escalation});
    } else {
      pack->push_back(escalation);
    }
  }
}

void RequestPacker::PackFresh(std::vector<const PendingEscalation*> fresh, std::size_t under_way,
                              SteadyTime now, Plan& plan) {
  if (fresh.empty()) return;
  std::ranges::stable_sort(fresh, {}, ConfidenceOf);
  std::optional<SteadyTime> linger_until;
  for (const PendingEscalation* escalation : fresh) {
    Sooner(LingerUntil(packing_, *escalation), linger_until);
  }
  // Those that do not fill a request wait, unless nothing is under way or one has waited enough.
  const bool linger = under_way > 0 && now < *linger_until;
  std::size_t waiting = 0;
  if (linger) {
    const std::size_t bytes = std::max<std::size_t>(fresh[0]->wire_bytes, 1);
    waiting = fresh.size() % std::clamp<std::size_t>(max_bytes_ / bytes, 1, packing_.max_readings);
    if (waiting > 0) Sooner(*linger_until, plan.wake);
  }
  const std::size_t first = plan.packs.size();
  for (const PendingEscalation* escalation : std::span(fresh).first(fresh.size() - waiting)) {
    const bool own_message = plan.packs.size() == first || !Fits(plan.packs.back(), *escalation);
    if (!Afford(*escalation, own_message, now, plan)) continue;
    if (own_message) plan.packs.emplace_back();
    plan.packs.back().push_back(escalation);
  }
}

bool RequestPacker::Fits(const Pack& pack, const PendingEscalation& escalation) const {
  if (pack.size() >= packing_.max_readings) return false;
  std::size_t bytes = escalation.wire_bytes;
  for (const PendingEscalation* other : pack) bytes += other->wire_bytes;
  return bytes <= max_bytes_;
}

bool RequestPacker::Afford(const PendingEscalation& escalation, bool own_message, SteadyTime now,
                           Plan& plan) {
  const std::size_t messages = own_message ? 1 : 0;
  const std::size_t bytes = escalation.wire_bytes;
  if (meter_->TryTake(messages, bytes, now)) return true;
  const SteadyTime window_end = escalation.decided_at + budget_.window;
  if (escalation.attempts == 0 && window_end <= now) {
    plan.without_budget.push_back(escalation.verdict.sequence);
    return false;
  }
  SteadyTime wake = meter_->When(messages, bytes, now);
  if (escalation.attempts == 0) wake = std::min(wake, window_end);
  Sooner(wake, plan.wake);
  return false;
}

}  // namespace biglittle
