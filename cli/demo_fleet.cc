#include "cli/demo_fleet.h"

#include <signal.h>

#include <utility>

namespace biglittle {
namespace {

constexpr Milliseconds kStopGrace{8000};

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
  for (ChildProcess& device : devices_) device.Signal(SIGTERM);
  for (ChildProcess& device : devices_) device.Terminate(kStopGrace);
  for (std::optional<ChildProcess>& worker : worker_processes_) {
    if (worker) worker->Terminate(kStopGrace);
  }
}

absl::Status DemoFleet::StartBroker() {
  absl::StatusOr<BrokerProcess> broker = BrokerProcess::Start(
      {.configuration = installation_.home / "broker_config" / "development.conf",
       .folder = folder_,
       .port = fleet_.broker.port,
       .persistent = persistent_});
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
  absl::StatusOr<ChildProcess> process = Start("cloud_worker", "--worker", WorkerId(worker));
  if (!process.ok()) return process.status();
  worker_processes_[worker] = *std::move(process);
  return absl::OkStatus();
}

void DemoFleet::KillWorker(std::size_t worker) { worker_processes_[worker]->Signal(SIGKILL); }

absl::Status DemoFleet::StartDevices() {
  for (const DeviceConfig& device : fleet_.devices) {
    absl::StatusOr<ChildProcess> process = Start("device_agent", "--device", device.id);
    if (!process.ok()) return process.status();
    devices_.push_back(*std::move(process));
  }
  return absl::OkStatus();
}

bool DemoFleet::AllDevicesEnded() {
  bool all = true;
  for (ChildProcess& device : devices_) all = device.Poll().has_value() && all;
  return all;
}

absl::StatusOr<ChildProcess> DemoFleet::Start(const char* name, const char* role,
                                              const std::string& id) {
  return ChildProcess::Start(
      {(installation_.programs / name).string(), "--config", file_.string(), role, id},
      folder_ / (id + ".log"));
}

}  // namespace biglittle
