#include "cli/lab/local_fleet.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "cli/lab/scratch_credentials.h"
#include "cli/provision/provision_folder.h"
#include "cli/text_file.h"
#include "core/fleet/device_config.h"
#include "core/fleet/fleet_file.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

constexpr std::chrono::seconds kStartTimeout{60};

std::vector<std::string> DeviceIds(const FleetConfig& fleet) {
  std::vector<std::string> ids;
  for (const DeviceConfig& device : fleet.devices) ids.push_back(device.id);
  return ids;
}

}  // namespace

absl::StatusOr<FleetConfig> WriteFleetFile(const std::filesystem::path& file,
                                           const std::string& yaml) {
  if (absl::Status written = WriteTextFile(file, yaml); !written.ok()) return written;
  Parsed<FleetConfig> fleet = LoadFleet(file, &AllSources());
  if (!fleet.ok()) return absl::InvalidArgumentError(ToString(fleet.problems));
  return *std::move(fleet.value);
}

absl::StatusOr<std::unique_ptr<LocalFleet>> LocalFleet::Make(const Installation& installation,
                                                             Options options) {
  std::filesystem::path file = options.folder / "fleet.yaml";
  absl::StatusOr<FleetConfig> config = WriteFleetFile(file, options.yaml);
  if (!config.ok()) return config.status();
  return std::unique_ptr<LocalFleet>(
      new LocalFleet(installation, std::move(options), std::move(file), *std::move(config)));
}

LocalFleet::LocalFleet(const Installation& installation, Options options,
                       std::filesystem::path file, FleetConfig config)
    : installation_(installation),
      options_(std::move(options)),
      file_(std::move(file)),
      config_(std::move(config)),
      processes_(installation.programs, options_.folder) {}

absl::StatusOr<BrokerProcess> LocalFleet::LaunchBroker() {
  if (!config_.broker.tls) {
    return BrokerProcess::Start(
        {.configuration = installation_.home / "broker_config" / "development.conf",
         .folder = options_.folder,
         .port = config_.broker.port,
         .persistent = options_.persistent,
         .page = options_.page});
  }
  const std::filesystem::path credentials = options_.folder / kLabCredentials;
  if (!std::exchange(has_credentials_, true)) {
    absl::Status made =
        MakeScratchCredentials(installation_, credentials, config_, options_.others);
    if (made.ok() && options_.page) {
      made = AppendPageListener(*options_.page, credentials / "broker" / kSettingsFile);
    }
    if (!made.ok()) return made;
  }
  return StartScratchBroker(credentials, config_, options_.folder / "mosquitto.log");
}

absl::Status LocalFleet::StartBroker() {
  absl::StatusOr<BrokerProcess> broker = LaunchBroker();
  if (broker.ok()) broker_ = *std::move(broker);
  return broker.status();
}

void LocalFleet::KillBroker() {
  if (!broker_) return;  // it could not be started again
  broker_->process().Signal(SIGKILL);
  broker_.reset();
}

absl::Status LocalFleet::StartWorker(const std::string& id) {
  return processes_.StartWorker(file_, id).status();
}

absl::Status LocalFleet::AwaitWorker(const std::string& id, FleetObserver& observer,
                                     ResultTally& tally, const StopSignal& stop) {
  ChildProcess& process = worker(id);
  observer.TakeUntil(std::chrono::steady_clock::now() + kStartTimeout, tally,
                     [&] { return stop.requested() || process.Poll() || observer.IsOnline(id); });
  if (stop.requested()) return absl::CancelledError("interrupted");
  if (!process.Poll() && observer.IsOnline(id)) return absl::OkStatus();
  return FailedWithLog("the worker did not start", process.log());
}

absl::Status LocalFleet::StartDevices(std::size_t most) {
  device_processes_ = std::min(config_.devices.size(), most);
  return processes_.ShareDevicesOut(file_, DeviceIds(config_), device_processes_);
}

absl::Status LocalFleet::RestartDevices(const std::string& process) {
  return processes_.StartShare(file_, DeviceIds(config_), device_processes_, process);
}

}  // namespace biglittle
