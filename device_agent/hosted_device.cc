#include "device_agent/hosted_device.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "device_agent/reading_deadlines.h"
#include "device_agent/results/result_store.h"
#include "wire/tls/credentials.h"

namespace biglittle {
namespace {

constexpr std::chrono::seconds kStorePatience{5};
constexpr Milliseconds kStorePoll{50};

// Without its store a device still answers; only another agent on the same store is a mistake.
absl::StatusOr<std::optional<ResultStore>> OpenStore(const DeviceConfig& device) {
  if (!device.store) return std::optional<ResultStore>();
  const std::filesystem::path file = device.store->folder / (device.id + ".sqlite");
  const auto open = [&] {
    return ResultStore::Open(file, {device.store->max_bytes, device.store->max_age},
                             Clock::Real());
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
  if (!store.ok()) {
    spdlog::error("{}: the result store cannot be used: {}; results go to the broker without it",
                  file.string(), std::string(store.status().message()));
    return std::optional<ResultStore>();
  }
  if (store->put_aside()) {
    spdlog::error("{}: the store was damaged and is kept as {}; begun anew", file.string(),
                  store->put_aside()->string());
  }
  return std::optional<ResultStore>(*std::move(store));
}

}  // namespace

HostedDevice::HostedDevice(std::string id, std::unique_ptr<wire::ProgramHealth> health)
    : id_(std::move(id)), health_(std::move(health)), metrics_(health_->metrics()) {}

absl::StatusOr<std::unique_ptr<HostedDevice>> HostedDevice::Make(const FleetConfig& fleet,
                                                                 const DeviceConfig& device,
                                                                 SharedParts& shared,
                                                                 ServiceNotify service,
                                                                 bool watched) {
  if (absl::Status usable =
          wire::LoadCredentials(fleet.broker, {wire::Role::kDevice, device.id}).status();
      !usable.ok()) {
    return usable;
  }
  auto health =
      wire::ProgramHealth::Start(device.health, AgentMeasurements, std::move(service), watched);
  if (!health.ok()) return health.status();
  std::unique_ptr<HostedDevice> made(new HostedDevice(device.id, *std::move(health)));
  const auto task = shared.TaskOf(device);
  if (!task.ok()) return task.status();
  auto little = shared.LittleOf(device);
  if (!little.ok()) return little.status();
  auto deadlines = ReadingDeadlines::Make(device, **task);
  if (!deadlines.ok()) return deadlines.status();
  auto source = shared.SourceOf(device);
  if (!source.ok()) return source.status();
  auto store = OpenStore(device);
  if (!store.ok()) return store.status();
  made->loop_ = std::make_unique<AgentLoop>(
      fleet, device,
      Agent::Parts{**task, *std::move(little), *std::move(deadlines), *std::move(store)},
      *std::move(source));
  made->loop_->Observe(made->health_.get(), &made->metrics_);
  return made;
}

absl::Status HostedDevice::Run(SteadyTime::duration first_reading) {
  loop_->Delay(first_reading);
  try {
    return loop_->Run();
  } catch (const std::system_error& error) {  // no thread for its session: no reading was taken yet
    return absl::ResourceExhaustedError(error.what());
  }
}

}  // namespace biglittle
