#include "device_agent/device_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/program/descriptors.h"
#include "core/program/exception_status.h"
#include "core/program/exit_code.h"
#include "core/program/stop_signal.h"
#include "core/program/unattended.h"

namespace biglittle {
namespace {

// A session's connection, and what it takes for moments only: to resolve the broker's name, to read
// credentials, to look why a connection failed.
constexpr std::size_t kDescriptorsToConnect = 2;

void Say(std::string_view text) { SayOnStderr("device_agent", text); }

void Tell(const std::string& device, const absl::Status& status) {
  Say(fmt::format("{}: {}", device, std::string(status.message())));
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
    } catch (...) {
      Tell(device.id(), CurrentExceptionStatus());
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
  StopSignal stop;
  const auto made =
      HostedDevice::Make(fleet_, device, shared_, ServiceNotify::FromEnvironment(), false);
  if (!made.ok()) {
    Say(std::string(made.status().message()));
    return ExitCodeOf(made.status());
  }
  stop.OnStop([&] { (*made)->Stop(); });
  const absl::Status ended = (*made)->Run({});
  stop.OnStop({});
  if (!ended.ok()) Tell(device.id, ended);
  return ended.ok() ? kExitDone : kExitFailed;
}

int DeviceHost::RunMany(const std::vector<const DeviceConfig*>& devices) {
  const ServiceNotify service = ServiceNotify::FromEnvironment();
  StopSignal stop;
  Devices made;
  std::vector<SteadyTime::duration> first_readings;
  int worst = kExitDone;
  absl::Status last_trouble;
  for (std::size_t index = 0; index < devices.size() && !stop.requested(); ++index) {
    const DeviceConfig& device = *devices[index];
    auto one = HostedDevice::Make(fleet_, device, shared_, ServiceNotify(""), service.active());
    // Those that were made before have still to connect.
    if (one.ok() && DescriptorsLeft() < (made.size() + 1) * kDescriptorsToConnect) {
      one = TooFewDescriptors();
    }
    if (!one.ok()) {
      Tell(device.id, one.status());
      last_trouble = one.status();
      worst = kExitFailed;
      continue;
    }
    made.push_back(*std::move(one));
    first_readings.push_back(FirstReading(device.source.interval, index, devices.size()));
  }
  // Whoever starts the process anew starts those that could begin.
  if (made.empty()) return stop.requested() ? worst : ExitCodeOf(last_trouble);
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
