// The windows of one device of a fleet, as its agent would have them, without the agent.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/fleet/device_config.h"
#include "core/fleet/fleet_config.h"
#include "core/task/task.h"
#include "core/tensor.h"
#include "device_agent/device_readings.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle {

// Reads from Make until Stop. What a source hears of the fleet's broker it hears by the device's
// own credentials: the device's agent must not run meanwhile, as it must not for whatever else only
// one can have, a serial line or a camera.
class WindowFeed {
 public:
  // InvalidArgument, one line: the device's source does not fit the task.
  static absl::StatusOr<std::unique_ptr<WindowFeed>> Make(const FleetConfig& fleet,
                                                          const DeviceConfig& device,
                                                          const Task& task);
  ~WindowFeed() { Stop(); }
  WindowFeed(const WindowFeed&) = delete;
  WindowFeed& operator=(const WindowFeed&) = delete;

  // Waits for the next one; nullopt: there was none by then, or there will be none any more. One
  // that does not fit the task is left out and counted.
  std::optional<Tensor> Next(SteadyTime until);
  bool ended() const;
  void Stop();
  // Next returns at once from now on. From any thread.
  void AskToStop();

  // What is wrong with the source now, for people: "" where nothing is.
  std::string Trouble() const;
  // The source's own, and what was left out here.
  std::map<std::string, std::uint64_t> Counters() const;

 private:
  WindowFeed(const FleetConfig& fleet, const DeviceConfig& device, Task task,
             DeviceReadings readings);

  bool Take(std::optional<Tensor>& window);
  void Wake();
  void WaitUntil(SteadyTime time);

  const Task task_;
  const std::unique_ptr<Intake> intake_;
  std::uint64_t overruns_ = 0;
  std::uint64_t invalid_ = 0;
  bool stopped_ = false;

  std::atomic<bool> stop_asked_ = false;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = false;  // protected by mutex_

  // After what its listener uses, so that it ends first.
  std::unique_ptr<wire::MqttSession> session_;
};

}  // namespace biglittle
