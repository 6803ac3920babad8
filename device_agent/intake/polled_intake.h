// The readings of a source that is asked for them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet/source_config.h"
#include "device_agent/intake/intake.h"
#include "device_agent/intake/reading_schedule.h"
#include "device_agent/sources/polled_source.h"

namespace biglittle {

// With an interval the source stands for a sensor, which does not wait: readings come when they are
// due, and where more wait than config.queue_capacity some are dropped. Without one it is asked
// whenever the device has room, so that it neither floods the broker nor turns readings into
// fallbacks.
class PolledIntake final : public Intake {
 public:
  PolledIntake(std::unique_ptr<PolledSource> source, const SourceConfig& config);

  void Start(std::uint64_t had, SteadyTime first_at, std::function<void()> wake) override;
  Arrivals Take(SteadyTime now, const Pressure& pressure) override;
  SteadyTime NextTake(const Pressure& pressure) const override;
  void Stop(SteadyTime deadline) override;
  absl::Status Restart() override;
  bool ended() const override { return ended_; }
  absl::Status status() const override { return status_; }
  void AddCounters(std::map<std::string, std::uint64_t>& /*counters*/) const override {}

 private:
  std::optional<Sample> Next();
  Arrivals TakeDue(SteadyTime now);

  // Constant after construction.
  const std::unique_ptr<PolledSource> source_;
  const Milliseconds interval_;
  const std::size_t capacity_;
  const WhenFull when_full_;

  std::optional<ReadingSchedule> schedule_;  // absent: no interval
  SteadyTime next_at_;                       // without a schedule
  bool ended_ = false;
  absl::Status status_;
};

}  // namespace biglittle
