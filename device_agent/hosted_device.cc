#include "device_agent/hosted_device.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "core/program/descriptors.h"
#include "core/program/exception_status.h"
#include "device_agent/device_readings.h"
#include "device_agent/reading_deadlines.h"
#include "device_agent/recording/window_recorder.h"
#include "device_agent/results/result_store.h"
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

// A disk that cannot be written to keeps no device from answering; a mistake in the file does.
absl::StatusOr<std::unique_ptr<WindowRecorder>> StartRecorder(const DeviceConfig& device,
                                                              const Task& task) {
  if (!device.record) return std::unique_ptr<WindowRecorder>();
  auto recorder = WindowRecorder::Start(*device.record, device.id, task);
  if (recorder.ok() || absl::IsInvalidArgument(recorder.status())) return recorder;
  if (DescriptorsLeft() < kFewDescriptors) return TooFewDescriptors();
  spdlog::error("{}: no window will be recorded: {}", device.id,
                std::string(recorder.status().message()));
  return std::unique_ptr<WindowRecorder>();
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
  auto source = shared.SourceOf(device);
  if (!source.ok()) return source.status();
  auto readings = MakeReadings(*std::move(source), device, **task);
  if (!readings.ok()) return readings.status();
  auto store = OpenStore(device);
  if (!store.ok()) return store.status();
  auto recorder = StartRecorder(device, **task);
  if (!recorder.ok()) return recorder.status();
  loop_ =
      std::make_unique<AgentLoop>(fleet, device,
                                  Agent::Parts{**task, *std::move(little), *std::move(deadlines),
                                               *std::move(store), *std::move(recorder)},
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
