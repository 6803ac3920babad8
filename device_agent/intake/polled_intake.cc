#include "device_agent/intake/polled_intake.h"

#include <utility>

#include "absl/status/statusor.h"

namespace biglittle {

PolledIntake::PolledIntake(std::unique_ptr<PolledSource> source, const SourceConfig& config)
    : source_(std::move(source)),
      interval_(config.interval),
      capacity_(config.queue_capacity),
      when_full_(config.when_full) {}

void PolledIntake::Start(std::uint64_t had, SteadyTime first_at, std::function<void()> /*wake*/) {
  status_ = source_->ResumeAt(had);
  ended_ = !status_.ok();
  next_at_ = first_at;
  if (interval_.count() > 0) schedule_.emplace(interval_, capacity_, when_full_, first_at);
}

Arrivals PolledIntake::Take(SteadyTime now, const Pressure& pressure) {
  if (ended_) return {};
  if (schedule_) return TakeDue(now);
  if (pressure.escalations_full || pressure.paused_since || now < next_at_) return {};
  if (pressure.backlog_high) {
    next_at_ = now + kBackpressurePause;
    return {};
  }
  std::optional<Sample> sample = Next();
  if (!sample) return {};
  return {.sample = CapturedSample{*std::move(sample), Clock::Real().Now()}};
}

Arrivals PolledIntake::TakeDue(SteadyTime now) {
  Arrivals arrivals;
  while (const std::optional<ReadingSchedule::Due> due = schedule_->Take(now)) {
    std::optional<Sample> sample = Next();
    if (!sample) break;
    if (!due->dropped) {
      arrivals.sample = CapturedSample{*std::move(sample), due->captured_at};
      break;
    }
    arrivals.dropped.push_back({due->captured_at, sample->truth});
    if (arrivals.dropped.size() == kMaxDroppedAtOnce) break;
  }
  return arrivals;
}

std::optional<Sample> PolledIntake::Next() {
  absl::StatusOr<std::optional<Sample>> sample = source_->Next();
  if (!sample.ok()) status_ = sample.status();
  ended_ = !sample.ok() || !sample->has_value();
  return ended_ ? std::nullopt : *std::move(sample);
}

SteadyTime PolledIntake::NextTake(const Pressure& pressure) const {
  if (ended_) return SteadyTime::max();
  if (schedule_) return schedule_->NextTake();
  return pressure.escalations_full || pressure.paused_since ? SteadyTime::max() : next_at_;
}

absl::Status PolledIntake::Restart() {
  return absl::FailedPreconditionError(
      "its source is asked for each reading, and so has nothing to be started anew");
}

void PolledIntake::Stop(SteadyTime /*deadline*/) { ended_ = true; }

}  // namespace biglittle
