#include "cli/demo/demo_fleet.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "cli/demo/demo_plan.h"
#include "cli/lab/device_processes.h"
#include "cli/lab/scratch_credentials.h"

namespace biglittle {
namespace {

constexpr Milliseconds kStopGrace{8000};
// More devices share them.
constexpr std::size_t kMostDeviceProcesses = 8;

}  // namespace

DemoFleet::DemoFleet(Installation installation, std::filesystem::path folder,
                     std::filesystem::path file, FleetConfig fleet, bool persistent)
    : installation_(std::move(installation)),
      folder_(std::move(folder)),
      file_(std::move(file)),
      fleet_(std::move(fleet)),
      persistent_(persistent),
      worker_processes_(fleet_.workers.size()) {}

DemoFleet::~DemoFleet() {
  EndProcesses(devices_, kStopGrace);
  for (std::optional<ChildProcess>& worker : worker_processes_) {
    if (worker) worker->Terminate(kStopGrace);
  }
}

absl::Status DemoFleet::Provision() {
  if (!fleet_.broker.tls) return absl::OkStatus();
  return MakeScratchCredentials(installation_, folder_ / kDemoCredentials, fleet_,
                                {{.role = Role::kDashboard, .id = kDemoDashboard}});
}

absl::StatusOr<BrokerProcess> DemoFleet::LaunchBroker() const {
  if (fleet_.broker.tls) {
    return StartScratchBroker(folder_ / kDemoCredentials, fleet_, folder_ / "mosquitto.log");
  }
  return BrokerProcess::Start(
      {.configuration = installation_.home / "broker_config" / "development.conf",
       .folder = folder_,
       .port = fleet_.broker.port,
       .persistent = persistent_});
}

std::string DemoFleet::Whereabouts() const {
  const std::uint16_t port = fleet_.broker.port;
  if (!fleet_.broker.tls) {
    return fmt::format("broker on 127.0.0.1:{} (listen in: mosquitto_sub -p {} -t 'biglittle/#')\n",
                       port, port);
  }
  const std::filesystem::path secure = folder_ / kDemoCredentials;
  const std::filesystem::path self = secure / RoleName(Role::kDashboard) / kDemoDashboard;
  // Beside devices and workers the broker's, the administrator's and the dashboard's.
  return fmt::format(
      "broker on 127.0.0.1:{} with the production configuration; {} certificates made\n"
      "(listen in: mosquitto_sub -p {} --cafile {}/ca.crt --cert {}/client.crt --key "
      "{}/client.key -t 'biglittle/v1/demo/devices/+/result')\n",
      port, fleet_.devices.size() + fleet_.workers.size() + 3, port, (secure / "broker").string(),
      self.string(), self.string());
}

absl::Status DemoFleet::StartBroker() {
  absl::StatusOr<BrokerProcess> broker = LaunchBroker();
  if (!broker.ok()) return broker.status();
  broker_ = *std::move(broker);
  return absl::OkStatus();
}

void DemoFleet::KillBroker() {
  if (!broker_) return;  // it could not be started again
  broker_->process().Signal(SIGKILL);
  broker_.reset();
}

absl::Status DemoFleet::StartWorker(std::size_t worker) {
  absl::StatusOr<ChildProcess> process =
      ChildProcess::Start({(installation_.programs / "cloud_worker").string(), "--config",
                           file_.string(), "--worker", WorkerId(worker)},
                          folder_ / (WorkerId(worker) + ".log"));
  if (!process.ok()) return process.status();
  worker_processes_[worker] = *std::move(process);
  return absl::OkStatus();
}

void DemoFleet::KillWorker(std::size_t worker) { worker_processes_[worker]->Signal(SIGKILL); }

absl::Status DemoFleet::StartDevices() {
  std::vector<std::string> ids;
  for (const DeviceConfig& device : fleet_.devices) ids.push_back(device.id);
  absl::StatusOr<std::vector<ChildProcess>> started = StartDeviceProcesses(
      installation_, file_, ids, std::min(ids.size(), kMostDeviceProcesses), folder_);
  if (!started.ok()) return started.status();
  devices_ = *std::move(started);
  return absl::OkStatus();
}

bool DemoFleet::AllDevicesEnded() {
  bool all = true;
  for (ChildProcess& device : devices_) all = device.Poll().has_value() && all;
  return all;
}

}  // namespace biglittle
