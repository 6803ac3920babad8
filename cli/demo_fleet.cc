#include "cli/demo_fleet.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

#include "cli/demo_plan.h"
#include "cli/provision/broker_limits.h"
#include "cli/provision/provisioner.h"

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

absl::Status DemoFleet::Provision() {
  if (!fleet_.broker.tls) return absl::OkStatus();
  Inventory inventory;
  inventory.names = {
      .topic_root = fleet_.topic_root, .fleet = fleet_.fleet, .worker_group = fleet_.worker_group};
  inventory.hosts = {fleet_.broker.host};
  inventory.port = fleet_.broker.port;
  inventory.websockets_port = 0;
  inventory.bind_address = fleet_.broker.host;
  const passwd* self = getpwuid(geteuid());
  inventory.user = self == nullptr ? "root" : self->pw_name;
  auto provisioner = Provisioner::Init(folder_ / kDemoCredentials, std::move(inventory),
                                       installation_.home / "broker_config" / "production.conf",
                                       LimitsFor(SizeOf(fleet_)));
  if (!provisioner.ok()) return provisioner.status();
  std::vector<Identity> members = {{.role = Role::kDashboard, .id = kDemoDashboard}};
  for (const auto& device : fleet_.devices) members.push_back({Role::kDevice, device.id});
  for (const auto& worker : fleet_.workers) members.push_back({Role::kWorker, worker.id});
  for (const Identity& member : members) {
    if (auto status = provisioner->Add(member); !status.ok()) return status;
  }
  return provisioner->Synchronise().status();
}

absl::StatusOr<BrokerProcess> DemoFleet::LaunchBroker() const {
  if (fleet_.broker.tls) {
    return BrokerProcess::StartAsIs(folder_ / kDemoCredentials / "broker" / "mosquitto.conf",
                                    fleet_.broker.port, folder_ / "mosquitto.log");
  }
  return BrokerProcess::Start(
      {.configuration = installation_.home / "broker_config" / "development.conf",
       .folder = folder_,
       .port = fleet_.broker.port,
       .persistent = persistent_});
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
