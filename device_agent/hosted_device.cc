#include "device_agent/hosted_device.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "core/program/descriptors.h"
#include "core/program/exception_status.h"
#include "device_agent/intake/live_intake.h"
#include "device_agent/intake/polled_intake.h"
#include "device_agent/reading_deadlines.h"
#include "device_agent/results/result_store.h"
#include "device_agent/sources/device_source.h"
#include "wire/tls/credentials.h"

namespace biglittle {
namespace {

constexpr std::chrono::seconds kStorePatience{5};
constexpr Milliseconds kStorePoll{50};
// So many are taken for moments while files are read; with fewer left, what fails fails for that.
constexpr std::size_t kFewDescriptors = 4;

// Without its store a device still answers; only another agent on the same store is a mistake.
absl::StatusOr<std::optional<ResultStore>> OpenStore(const DeviceConfig& device) {
  if (!device.store) return std::optional<ResultStore>();
  const std::filesystem::path file = device.store->folder / (device.id + ".sqlite");
  const auto open = [&] {
    return ResultStore::Open(file, {device.store->max_bytes, device.store->max_age}, Clock::Real());
  };
  auto store = open();
  // The agent before this one may have been killed and not be gone yet.
  const SteadyTime give_up_at = Clock::Real().Now() + kStorePatience;
  while (store.status().code() == absl::StatusCode::kUnavailable &&
         Clock::Real().Now() < give_up_at) {
    std::this_thread::sleep_for(kStorePoll);
    store = open();
  }
  if (store.status().code() == absl::StatusCode::kUnavailable) {
    return absl::UnavailableError(fmt::format(
        "{}: the store is in use: another agent of device {} runs already; stop it first",
        file.string(), device.id));
  }
  if (!store.ok() && DescriptorsLeft() < kFewDescriptors) return TooFewDescriptors();
  if (!store.ok()) {
    spdlog::error("{}: the result store cannot be used: {}; results go to the broker without it",
                  file.string(), std::string(store.status().message()));
    return std::optional<ResultStore>();
  }
  for (const std::string& note : store->notes()) {
    spdlog::warn("{}: the store: {}", device.id, note);
  }
  if (store->put_aside()) {
    spdlog::error("{}: the store was damaged and is kept as {}; begun anew", file.string(),
                  store->put_aside()->string());
  }
  return std::optional<ResultStore>(*std::move(store));
}

absl::Status CheckWhenFull(const DeviceConfig& device, const DeviceSource& source) {
  const auto* live = std::get_if<std::unique_ptr<LiveSource>>(&source);
  const bool can_wait = live != nullptr && (*live)->waits();
  if (device.source.when_full != WhenFull::kWait || can_wait) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{}: 'when_full: wait' is for a source that can wait, a program or a FIFO; a "
                  "source of type {} "
                  "with an interval cannot: 'interval_ms: 0' asks it whenever there is room",
                  device.id, device.source.type));
}

struct Readings {
  std::unique_ptr<Intake> intake;
  std::shared_ptr<wire::TopicListener> listener;  // of its source, if it has one
};

absl::StatusOr<Readings> MakeIntake(SharedParts& shared, const DeviceConfig& device,
                                    const Task& task) {
  absl::StatusOr<DeviceSource> source = shared.SourceOf(device);
  if (!source.ok()) return source.status();
  if (absl::Status good = CheckWhenFull(device, *source); !good.ok()) return good;
  if (auto* polled = std::get_if<std::unique_ptr<PolledSource>>(&*source)) {
    return Readings{std::make_unique<PolledIntake>(std::move(*polled), device.source), nullptr};
  }
  auto live = std::get<std::unique_ptr<LiveSource>>(*std::move(source));
  std::shared_ptr<wire::TopicListener> listener = live->ListenFor(device.id);
  const auto window_bytes = static_cast<std::size_t>(ElementCount(task.input_shape).value_or(0)) *
                            ElementSize(task.input_dtype);
  return Readings{std::make_unique<LiveIntake>(std::move(live), device.source, window_bytes,
                                               SourceSupervisor::Options{.device = device.id}),
                  std::move(listener)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<HostedDevice>> HostedDevice::Make(const FleetConfig& fleet,
                                                                 const DeviceConfig& device,
                                                                 SharedParts& shared,
                                                                 ServiceNotify service,
                                                                 bool watched) {
  std::unique_ptr<HostedDevice> made(new HostedDevice(device.id));
  absl::Status built = StatusOrException(
      [&] { return made->Build(fleet, device, shared, std::move(service), watched); });
  if (built.ok()) return made;
  // Whatever could not be opened, and whatever it says: this is why.
  if (DescriptorsLeft() < kFewDescriptors) return TooFewDescriptors();
  return built;
}

absl::Status HostedDevice::Build(const FleetConfig& fleet, const DeviceConfig& device,
                                 SharedParts& shared, ServiceNotify service, bool watched) {
  if (absl::Status named = wire::CheckCredentialsNamed(fleet.broker, {wire::Role::kDevice, id_});
      !named.ok()) {
    return named;
  }
  auto health =
      wire::ProgramHealth::Start(device.health, AgentMeasurements, std::move(service), watched);
  if (!health.ok()) return health.status();
  health_ = *std::move(health);
  metrics_.emplace(health_->metrics());
  const auto task = shared.TaskOf(device);
  if (!task.ok()) return task.status();
  auto little = shared.LittleOf(device);
  if (!little.ok()) return little.status();
  auto deadlines = ReadingDeadlines::Make(device, **task);
  if (!deadlines.ok()) return deadlines.status();
  auto readings = MakeIntake(shared, device, **task);
  if (!readings.ok()) return readings.status();
  auto store = OpenStore(device);
  if (!store.ok()) return store.status();
  loop_ = std::make_unique<AgentLoop>(
      fleet, device,
      Agent::Parts{**task, *std::move(little), *std::move(deadlines), *std::move(store)},
      std::move(readings->intake), std::move(readings->listener));
  loop_->Observe(health_.get(), &*metrics_);
  return absl::OkStatus();
}

absl::Status HostedDevice::Run(SteadyTime::duration first_reading) {
  return StatusOrException([&] {
    loop_->Delay(first_reading);
    return loop_->Run();
  });
}

}  // namespace biglittle
