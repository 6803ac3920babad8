#include "device_agent/device_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <system_error>
#include <utility>

#include "core/exit_code.h"
#include "core/shown_text.h"
#include "core/stop_signal.h"

namespace biglittle {
namespace {

void Tell(const std::string& device, const absl::Status& status) {
  // One write, so that the lines of two devices do not mix.
  fmt::print(stderr, "device_agent: {}\n",
             fmt::format("{}: {}", device, ShownLines(std::string(status.message()))));
}

// The threads of devices, and how the worst of them ended.
class Running {
 public:
  ~Running() {
    for (std::thread& thread : threads_) thread.join();
  }

  void Start(HostedDevice& device, SteadyTime::duration first_reading) {
    {
      const std::lock_guard lock(mutex_);
      ++left_;
    }
    try {
      threads_.emplace_back([this, &device, first_reading] {
        const absl::Status ended = device.Run(first_reading);
        if (!ended.ok()) Tell(device.id(), ended);
        End(ended.ok() ? kExitDone : kExitFailed);
      });
    } catch (const std::system_error& error) {
      Tell(device.id(),
           absl::ResourceExhaustedError(fmt::format("no thread can be had: {}", error.what())));
      End(kExitFailed);
    }
  }
  // True if all have ended, false if `until` came first.
  bool Wait(SteadyTime until) {
    std::unique_lock lock(mutex_);
    return ended_.wait_until(lock, until, [this] { return left_ == 0; });
  }
  int worst() const {
    const std::lock_guard lock(mutex_);
    return worst_;
  }

 private:
  void End(int exit_code) {
    const std::lock_guard lock(mutex_);
    worst_ = std::max(worst_, exit_code);
    --left_;
    ended_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t left_ = 0;
  int worst_ = kExitDone;
  std::vector<std::thread> threads_;
};

using Devices = std::vector<std::unique_ptr<HostedDevice>>;

// Until all have ended. The service manager's watchdog hears of the process as long as every device
// in it turns.
void Await(Running& running, const Devices& devices, const ServiceNotify& service) {
  const std::chrono::microseconds interval =
      service.watchdog_interval().value_or(std::chrono::hours(1));
  while (!running.Wait(Clock::Real().Now() + interval)) {
    const bool live = std::ranges::all_of(devices, [](const auto& each) { return each->Live(); });
    if (live && service.watchdog_interval()) service.Watchdog();
  }
}

}  // namespace

SteadyTime::duration DeviceHost::FirstReading(Milliseconds interval, std::size_t index,
                                              std::size_t count) {
  const auto spread = std::min<SteadyTime::duration>(interval, kMostSpread);
  const auto groups = static_cast<SteadyTime::rep>((count + kAtOnce - 1) / kAtOnce);
  return spread * static_cast<SteadyTime::rep>(index / kAtOnce) / groups;
}

int DeviceHost::Run(const std::vector<const DeviceConfig*>& devices) {
  return devices.size() == 1 ? RunOne(*devices.front()) : RunMany(devices);
}

int DeviceHost::RunOne(const DeviceConfig& device) {
  const auto made =
      HostedDevice::Make(fleet_, device, shared_, ServiceNotify::FromEnvironment(), false);
  if (!made.ok()) {
    fmt::print(stderr, "device_agent: {}\n", ShownLines(std::string(made.status().message())));
    return kExitBadInput;
  }
  StopSignal stop;
  stop.OnStop([&] { (*made)->Stop(); });
  const absl::Status ended = (*made)->Run({});
  stop.OnStop({});
  if (!ended.ok()) Tell(device.id, ended);
  return ended.ok() ? kExitDone : kExitFailed;
}

int DeviceHost::RunMany(const std::vector<const DeviceConfig*>& devices) {
  const ServiceNotify service = ServiceNotify::FromEnvironment();
  Devices made;
  std::vector<SteadyTime::duration> first_readings;
  int worst = kExitDone;
  for (std::size_t index = 0; index < devices.size(); ++index) {
    const DeviceConfig& device = *devices[index];
    auto one = HostedDevice::Make(fleet_, device, shared_, ServiceNotify(""), service.active());
    if (!one.ok()) {
      Tell(device.id, one.status());
      worst = kExitFailed;
      continue;
    }
    made.push_back(*std::move(one));
    first_readings.push_back(FirstReading(device.source.interval, index, devices.size()));
  }
  // Whoever starts the process anew starts those that could begin.
  if (made.empty()) return kExitBadInput;
  StopSignal stop;
  {
    Running running;
    stop.OnStop([&] {
      service.Stopping();
      for (const auto& device : made) device->Stop();
    });
    for (std::size_t i = 0; i < made.size(); ++i) running.Start(*made[i], first_readings[i]);
    if (!stop.requested()) service.Ready(fmt::format("{} devices", made.size()));
    Await(running, made, service);
    stop.OnStop({});
    worst = std::max(worst, running.worst());
  }
  return worst;
}

}  // namespace biglittle
