#include "device_agent/intake/reading_schedule.h"

#include <algorithm>

namespace biglittle {

std::optional<ReadingSchedule::Due> ReadingSchedule::Take(SteadyTime now) {
  Arrive(now);
  if (runs_.empty()) return std::nullopt;
  Run& run = runs_.front();
  const Due due{run.first, run.dropped};
  if (!run.dropped) --waiting_;
  run.first += interval_;
  if (--run.count == 0) runs_.pop_front();
  return due;
}

void ReadingSchedule::Arrive(SteadyTime now) {
  if (now < next_arrival_) return;
  const auto arrived = static_cast<std::uint64_t>((now - next_arrival_) / interval_) + 1;
  if (when_full_ == WhenFull::kDropNewest) {
    const std::uint64_t fit = std::min<std::uint64_t>(arrived, capacity_ - waiting_);
    Append(fit, false);
    Append(arrived - fit, true);
    return;
  }
  Append(arrived, false);
  if (waiting_ > capacity_) DropOldest(waiting_ - capacity_);
}

void ReadingSchedule::Append(std::uint64_t count, bool dropped) {
  if (count == 0) return;
  if (!runs_.empty() && runs_.back().dropped == dropped) {
    runs_.back().count += count;
  } else {
    runs_.push_back({next_arrival_, count, dropped});
  }
  next_arrival_ += static_cast<SteadyTime::rep>(count) * interval_;
  if (!dropped) waiting_ += count;
}

// With this rule there are at most two runs: the dropped ones, then those that wait.
void ReadingSchedule::DropOldest(std::uint64_t count) {
  Run& wait = runs_.back();
  if (runs_.size() == 1) runs_.push_front({wait.first, 0, true});
  Run& kept = runs_.back();
  runs_.front().count += count;
  kept.count -= count;
  kept.first += static_cast<SteadyTime::rep>(count) * interval_;
  waiting_ -= count;
}

}  // namespace biglittle
