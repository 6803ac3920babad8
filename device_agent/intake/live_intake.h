// The readings of a source that will not wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet/source_config.h"
#include "device_agent/intake/intake.h"
#include "device_agent/intake/source_supervisor.h"
#include "device_agent/sources/live_source.h"

namespace biglittle {

// The source has a thread of its own, so that nobody else waits for it; when it fails, that is a
// state of the device, never its end. What earlier runs of the device had has nothing to do with
// what comes now.
class LiveIntake final : public Intake {
 public:
  // `window_bytes`: of the device's task. A source that waits is not taken from while the device is
  // busy, whatever config.when_full says.
  LiveIntake(std::unique_ptr<LiveSource> source, const SourceConfig& config,
             std::size_t window_bytes, SourceSupervisor::Options options);
  ~LiveIntake() override;
  LiveIntake(const LiveIntake&) = delete;
  LiveIntake& operator=(const LiveIntake&) = delete;

  void Start(std::uint64_t had, SteadyTime first_at, std::function<void()> wake) override;
  Arrivals Take(SteadyTime now, const Pressure& pressure) override;
  SteadyTime NextTake(const Pressure& pressure) const override;
  // A source that has not stopped by then is left behind with its thread.
  void Stop(SteadyTime deadline) override;
  absl::Status Restart() override;
  bool ended() const override;
  absl::Status status() const override { return absl::OkStatus(); }
  std::string Trouble() const override;
  void AddCounters(std::map<std::string, std::uint64_t>& counters) const override;

 private:
  bool Rests(const Pressure& pressure) const;

  // Constant after construction.
  const BoundedInbox::Options inbox_;
  const SourceSupervisor::Options options_;

  const bool waits_;

  std::unique_ptr<LiveSource> source_;            // until Start
  SteadyTime next_at_{};                          // of one that waits
  std::shared_ptr<SourceSupervisor> supervisor_;  // from Start on; shared with its thread, which
                                                  // may have to be left behind
  std::thread thread_;
};

}  // namespace biglittle
