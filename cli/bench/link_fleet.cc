#include "cli/bench/link_fleet.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/bench/link_device.h"
#include "cli/bench/link_task.h"
#include "cli/lab/fleet_observer.h"
#include "cli/lab/result_tally.h"
#include "cli/yaml_text.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

// Of the worker's status, which a device may not read.
constexpr char kObserver[] = "bench";

std::string Yaml(const std::filesystem::path& models, LinkSecurity security, std::uint16_t port) {
  Json broker = {{"port", port}};
  if (security == LinkSecurity::kTls) broker["tls"] = {{"credentials", kLabCredentialsTemplate}};
  const Json worker = {{"id", kLinkWorker},
                       {"tasks", {kLinkTask}},
                       {"reload_interval_ms", 0},
                       // The one device here asks as fast as it can.
                       {"device_requests_per_s", 0}};
  return ToYaml({{"version", 1},
                 {"fleet", "bench"},
                 {"models", models.string()},
                 {"broker", broker},
                 {"devices", Json::array()},
                 {"workers", Json::array({worker})}});
}

absl::Status AwaitWorker(LocalFleet& fleet, const StopSignal& stop) {
  const Parsed<Task> task = LoadTask(fleet.config().models / kLinkTask);
  if (!task.ok()) return absl::InternalError(ToString(task.problems));
  ResultTally none(*task.value);
  FleetObserver observer(fleet.config(), "bench", kObserver);
  return fleet.AwaitWorker(kLinkWorker, observer, none, stop);
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalFleet>> StartLinkFleet(const Installation& installation,
                                                           const std::filesystem::path& folder,
                                                           const std::filesystem::path& models,
                                                           LinkSecurity security,
                                                           const StopSignal& stop) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::InternalError(fmt::format("no folder {}: {}", folder.string(), error.message()));
  }
  const std::optional<std::uint16_t> port = FreePort();
  if (!port) return absl::UnavailableError("no loopback port is free");
  auto fleet = LocalFleet::Make(
      installation, {.folder = folder,
                     .yaml = Yaml(models, security, *port),
                     .others = {{Role::kDevice, kLinkDevice}, {Role::kDashboard, kObserver}}});
  if (!fleet.ok()) return fleet.status();
  if (auto status = (*fleet)->StartBroker(); !status.ok()) return status;
  if (auto status = (*fleet)->StartWorker(kLinkWorker); !status.ok()) return status;
  if (auto status = AwaitWorker(**fleet, stop); !status.ok()) return status;
  return fleet;
}

}  // namespace biglittle
