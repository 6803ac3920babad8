#include "cli/bench/link_fleet.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/bench/link_device.h"
#include "cli/bench/link_task.h"
#include "cli/lab/fleet_observer.h"
#include "cli/lab/result_tally.h"
#include "cli/lab/scratch_credentials.h"
#include "cli/text_file.h"
#include "core/fleet/fleet_file.h"
#include "core/task/task.h"
#include "core/task/task_file.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kStartTimeout{20};
constexpr Milliseconds kPoll{20};
constexpr char kFile[] = "fleet.yaml";
constexpr char kCredentials[] = "secure";
// Of the worker's status, which a device may not read.
constexpr char kObserver[] = "bench";

absl::StatusOr<FleetConfig> MakeFleet(const std::filesystem::path& folder,
                                      const std::filesystem::path& models, LinkSecurity security) {
  const std::optional<std::uint16_t> port = FreePort();
  if (!port) return absl::UnavailableError("no loopback port is free");
  const std::string tls =
      security == LinkSecurity::kTls
          ? fmt::format(", tls: {{credentials: \"{}/{{role}}/{{id}}\"}}", kCredentials)
          : "";
  const std::string yaml = fmt::format(
      "version: 1\nfleet: bench\nmodels: {}\nbroker: {{port: {}{}}}\ndevices: []\n"
      "workers:\n  - id: {}\n    tasks: [{}]\n    reload_interval_ms: 0\n"
      // The one device here asks as fast as it can.
      "    device_requests_per_s: 0\n",
      nlohmann::json(models.string()).dump(), *port, tls, kLinkWorker, kLinkTask);
  if (absl::Status written = WriteTextFile(folder / kFile, yaml); !written.ok()) return written;
  Parsed<FleetConfig> fleet = LoadFleet(folder / kFile);
  if (!fleet.ok()) return absl::InternalError(ToString(fleet.problems));
  return *std::move(fleet.value);
}

}  // namespace

absl::StatusOr<std::unique_ptr<LinkFleet>> LinkFleet::Start(const Installation& installation,
                                                            const std::filesystem::path& folder,
                                                            const std::filesystem::path& models,
                                                            LinkSecurity security) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::InternalError(fmt::format("no folder {}: {}", folder.string(), error.message()));
  }
  std::unique_ptr<LinkFleet> fleet(new LinkFleet);
  absl::StatusOr<FleetConfig> config = MakeFleet(folder, models, security);
  if (!config.ok()) return config.status();
  fleet->config_ = *std::move(config);
  if (auto status = fleet->StartBroker(installation, folder, security); !status.ok()) return status;
  if (auto status = fleet->StartWorker(installation, folder); !status.ok()) return status;
  if (auto status = fleet->WaitForWorker(); !status.ok()) return status;
  return fleet;
}

absl::Status LinkFleet::StartBroker(const Installation& installation,
                                    const std::filesystem::path& folder, LinkSecurity security) {
  if (security == LinkSecurity::kTls) {
    const absl::Status made = MakeScratchCredentials(
        installation, folder / kCredentials, config_,
        {{.role = Role::kDevice, .id = kLinkDevice}, {.role = Role::kDashboard, .id = kObserver}});
    if (!made.ok()) return made;
  }
  absl::StatusOr<BrokerProcess> broker =
      security == LinkSecurity::kTls
          ? StartScratchBroker(folder / kCredentials, config_, folder / "mosquitto.log")
          : BrokerProcess::Start(
                {.configuration = installation.home / "broker_config" / "development.conf",
                 .folder = folder,
                 .port = port()});
  if (!broker.ok()) return broker.status();
  broker_ = *std::move(broker);
  return absl::OkStatus();
}

absl::Status LinkFleet::StartWorker(const Installation& installation,
                                    const std::filesystem::path& folder) {
  absl::StatusOr<ChildProcess> worker =
      ChildProcess::Start({(installation.programs / "cloud_worker").string(), "--config",
                           (folder / kFile).string(), "--worker", kLinkWorker},
                          folder / "worker.log");
  if (!worker.ok()) return worker.status();
  worker_ = *std::move(worker);
  return absl::OkStatus();
}

absl::Status LinkFleet::WaitForWorker() {
  const Parsed<Task> task = LoadTask(config_.models / kLinkTask);
  if (!task.ok()) return absl::InternalError(ToString(task.problems));
  ResultTally none(*task.value);
  FleetObserver observer(config_, "bench", kObserver);
  const SteadyTime deadline = steady_clock::now() + kStartTimeout;
  while (!observer.IsOnline(kLinkWorker)) {
    if (worker_->Poll() || steady_clock::now() > deadline) {
      return FailedWithLog("the worker failed", worker_->log());
    }
    observer.Take(steady_clock::now() + kPoll, none);
  }
  return absl::OkStatus();
}

}  // namespace biglittle
