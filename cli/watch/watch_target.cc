#include "cli/watch/watch_target.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/device_pattern.h"
#include "cli/watch/since_words.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/host_name.h"
#include "core/prediction.h"
#include "core/program/core_dumps.h"
#include "core/text.h"
#include "device_agent/sources/source_registry.h"
#include "wire/tls/credentials.h"

namespace biglittle {
namespace {

absl::StatusOr<WatchTarget> TargetByName(const WatchOptions& options) {
  if (options.fleet.empty()) {
    return absl::InvalidArgumentError("name what to watch: --config FLEET.yaml or --fleet NAME");
  }
  if (!IsHost(options.host)) {
    return absl::InvalidArgumentError(
        fmt::format("--host must be a host name or an IP address alone, not {}{}",
                    Quoted(options.host), HostMend(options.host)));
  }
  if (!options.normal.empty()) {
    return absl::InvalidArgumentError("--normal needs --config: the fleet file names the tasks");
  }
  WatchTarget target;
  target.topic_root = FleetConfig{}.topic_root;
  target.fleet = options.fleet;
  target.broker.host = options.host;
  target.broker.port = options.port;
  target.identity.id = options.as;
  return target;
}

absl::Status ExpectLabel(const std::map<std::string, ShownTask>& tasks, const std::string& label) {
  std::vector<std::string> known{std::string(kOtherName)};
  for (const auto& [name, shown] : tasks) {
    known.insert(known.end(), shown.task.labels.begin(), shown.task.labels.end());
  }
  if (std::ranges::find(known, label) != known.end()) return absl::OkStatus();
  const std::string nearest = NearestTo(label, known);
  return absl::InvalidArgumentError(
      fmt::format("no task of the fleet has the label {}{}", Quoted(label),
                  nearest.empty() ? "" : fmt::format("; did you mean {}?", Quoted(nearest))));
}

absl::StatusOr<WatchTarget> TargetByFile(const WatchOptions& options) {
  if (!options.as.empty() && !IsIdentifier(options.as)) {
    return absl::InvalidArgumentError(
        "--as must be 1 to 64 characters of A-Z a-z 0-9 _ . -: a dashboard's id");
  }
  Parsed<FleetConfig> fleet = LoadFleet(options.config, &AllSources(), ModelsNeeded::kTasks);
  if (!fleet.ok()) return absl::InvalidArgumentError(ToString(fleet.problems));
  FleetConfig& config = *fleet.value;
  if (config.broker.has_secrets()) KeepKeysOutOfCoreDumps();
  if (!options.device.empty()) {
    const absl::Status known = ExpectDevices(config, options.device, options.config);
    if (!known.ok()) return known;
    std::erase_if(config.devices,
                  [&](const DeviceConfig& device) { return !IsLike(device.id, options.device); });
  }
  WatchTarget target{.broker = config.broker,
                     .topic_root = config.topic_root,
                     .fleet = config.fleet,
                     .identity = {wire::Role::kDashboard, options.as},
                     .filter = {},
                     .tasks = {},
                     .devices = config.devices.size()};
  if (!options.top && options.label.empty() && options.normal.empty()) return target;
  auto tasks = LoadShownTasks(config, options.normal);
  if (!tasks.ok()) return tasks.status();
  target.tasks = *std::move(tasks);
  if (options.label.empty()) return target;
  if (absl::Status known = ExpectLabel(target.tasks, options.label); !known.ok()) return known;
  return target;
}

}  // namespace

bool WatchFilter::TakesDevice(std::string_view id) const {
  return device.empty() || IsLike(id, device);
}

bool WatchFilter::Takes(const wire::Result& result) const {
  return TakesDevice(result.device) && (label.empty() || result.label == label) &&
         (!since || result.capture_time >= *since);
}

bool WatchFilter::Takes(const wire::DeviceState& state) const {
  return TakesDevice(state.device) && (label.empty() || state.label == label) &&
         (!since || state.since >= *since);
}

absl::StatusOr<WatchTarget> FindTarget(const WatchOptions& options, WallTime now) {
  WatchFilter filter{.device = options.device, .label = options.label, .since = {}};
  if (!options.since.empty()) {
    const auto since = ParseSince(options.since, now);
    if (!since.ok()) return since.status();
    filter.since = *since;
  }
  auto target = options.config.empty() ? TargetByName(options) : TargetByFile(options);
  if (!target.ok()) return target;
  target->filter = std::move(filter);
  const absl::Status usable = wire::LoadCredentials(target->broker, target->identity).status();
  if (!usable.ok()) return usable;
  return target;
}

wire::MqttSession::Options SessionOptions(const WatchTarget& target,
                                          std::vector<std::string> subscriptions) {
  wire::MqttSession::Options options;
  options.broker = target.broker;
  options.identity = target.identity;
  options.client_id = fmt::format("biglittle-watch-{}", getpid());
  options.clean_start = true;
  options.subscriptions = std::move(subscriptions);
  return options;
}

}  // namespace biglittle
