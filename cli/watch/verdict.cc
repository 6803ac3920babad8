#include "cli/watch/verdict.h"

#include <fmt/format.h>

#include "cli/watch/watch_words.h"

namespace biglittle {
namespace {

// Shares of fewer readings say too little.
constexpr std::size_t kLeastReadings = 100;
// More than so much of what tuning promised, and by so much more, is told.
constexpr double kEscalationFactor = 2.5;
constexpr double kEscalationMargin = 0.15;
constexpr double kFallbackShare = 0.05;

// A class means harm only where the task has one that means that all is well.
Tone ToneOf(const std::string& label, bool prioritised, const ShownTask* task) {
  if (task == nullptr || task->normal.empty()) return Tone::kNeutral;
  if (task->IsNormal(label)) return Tone::kWell;
  return prioritised || task->IsPrioritised(label) ? Tone::kAlarm : Tone::kAttention;
}

std::string ForSince(const Condition& condition, WallTime now) {
  if (!condition.since) return condition.words;
  return fmt::format("{} for {}{}", condition.words, condition.at_least ? "at least " : "",
                     DurationWords(now - *condition.since));
}

Condition AbsentCondition(const Presence& presence) {
  if (!presence.state) return {Tone::kAbsent, "not heard of yet", "", std::nullopt, false};
  return {Tone::kAbsent, std::string(wire::Name(*presence.state)), "", presence.since,
          presence.at_least};
}

Condition PausedCondition(const WatchedDevice& device) {
  const std::string until =
      device.paused_until ? " until " + ClockWords(*device.paused_until) : std::string();
  return {Tone::kAttention, "paused" + until, "", std::nullopt, false};
}

// A single odd reading is no alarm: without smoothing on the device nothing has settled.
Condition UnsettledCondition(const WatchedDevice& device, const ShownTask* task) {
  const std::string& label = device.labels.majority();
  const Tone tone = ToneOf(label, false, task);
  return {tone == Tone::kAlarm ? Tone::kAttention : tone, "mostly " + ClassWords(label), label,
          device.labels.since(), true};
}

std::optional<Concern> UnusualShares(const WatchedDevice& device, const ShownTask* task) {
  if (device.decisions.total() < kLeastReadings) return std::nullopt;
  const double fallback = device.decisions.Share(wire::DecidedBy::kFallback);
  if (fallback > kFallbackShare) {
    return Concern{
        Tone::kAttention,
        fmt::format("falls back to its little net for {} of its readings", PercentWords(fallback))};
  }
  if (task == nullptr || !task->escalation) return std::nullopt;
  const double promised = *task->escalation;
  const double escalated = device.decisions.Escalated();
  if (escalated < promised * kEscalationFactor || escalated < promised + kEscalationMargin) {
    return std::nullopt;
  }
  return Concern{Tone::kAttention, fmt::format("escalates {} (tuning promised {})",
                                               PercentWords(escalated), PercentWords(promised))};
}

}  // namespace

Condition ConditionOf(const WatchedDevice& device, const ShownTask* task) {
  const Presence& presence = device.presence;
  const bool is_there =
      presence.state ? *presence.state == wire::State::kOnline : device.has_result;
  if (!is_there) return AbsentCondition(presence);
  if (device.paused) return PausedCondition(device);
  if (device.settled) {
    const wire::DeviceState& settled = *device.settled;
    return {ToneOf(settled.label, settled.prioritised, task), ClassWords(settled.label),
            settled.label, settled.since, false};
  }
  if (!device.labels.majority().empty()) return UnsettledCondition(device, task);
  return {Tone::kNeutral, "online, no result yet", "", presence.since, presence.at_least};
}

std::optional<Concern> ConcernOf(const WatchedDevice& device, const Condition& condition,
                                 const ShownTask* task, WallTime now) {
  if (condition.tone == Tone::kAbsent && !device.presence.state) return std::nullopt;
  if (condition.tone < Tone::kNeutral) return Concern{condition.tone, ForSince(condition, now)};
  return UnusualShares(device, task);
}

std::optional<Concern> ConcernOf(const Presence& worker, WallTime now) {
  if (!worker.state || *worker.state == wire::State::kOnline) return std::nullopt;
  return Concern{Tone::kAbsent, ForSince(AbsentCondition(worker), now)};
}

bool HasChangedSince(const WatchedDevice& device, const Condition& condition, WallTime time) {
  if (condition.tone == Tone::kAbsent) return condition.at_least || condition.since >= time;
  if (!device.presence.at_least && device.presence.since >= time) return true;
  return !condition.at_least && condition.since && *condition.since >= time;
}

}  // namespace biglittle
