#include "cli/watch/watch_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <ostream>
#include <utility>

#include "absl/status/statusor.h"

#include "cli/command_end.h"
#include "core/bounded_queue.h"
#include "core/fleet/broker_config.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/host_name.h"
#include "core/program/core_dumps.h"
#include "core/program/exit_code.h"
#include "core/program/stop_signal.h"
#include "core/shown_text.h"
#include "core/text.h"
#include "device_agent/sources/source_registry.h"
#include "wire/message.h"
#include "wire/messages/consumed.h"
#include "wire/messages/result.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/tls/credentials.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxInbox = 100000;
// Names that are meant have at most 64 characters.
constexpr std::size_t kMostInColumn = 64;
constexpr std::size_t kMostInComplaint = 1000;

struct Target {
  BrokerConfig broker;
  std::string topic_root;
  std::string fleet;
};

absl::StatusOr<Target> TargetOf(const WatchOptions& options) {
  if (options.config.empty()) {
    if (options.fleet.empty()) {
      return absl::InvalidArgumentError("name what to watch: --config FLEET.yaml or --fleet NAME");
    }
    if (!IsHost(options.host)) {
      return absl::InvalidArgumentError(
          fmt::format("--host must be a host name or an IP address alone, not {}{}",
                      Quoted(options.host), HostMend(options.host)));
    }
    Target target{{}, FleetConfig{}.topic_root, options.fleet};
    target.broker.host = options.host;
    target.broker.port = options.port;
    return target;
  }
  if (!options.as.empty() && !IsIdentifier(options.as)) {
    return absl::InvalidArgumentError(
        "--as must be 1 to 64 characters of A-Z a-z 0-9 _ . -: a dashboard's id");
  }
  Parsed<FleetConfig> fleet = LoadFleet(options.config, &AllSources(), ModelsNeeded::kTasks);
  if (!fleet.ok()) return absl::InvalidArgumentError(ToString(fleet.problems));
  if (fleet.value->broker.has_secrets()) KeepKeysOutOfCoreDumps();
  return Target{fleet.value->broker, fleet.value->topic_root, fleet.value->fleet};
}

std::string Line(const wire::Result& result) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(result.capture_time);
  std::string line = fmt::format("{:%H:%M:%S}  {:<16} {:>8}  {:<24} {:5.3f}  {:<8} {:8.2f} ms",
                                 fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                                 Shown(result.device, kMostInColumn), result.sequence,
                                 Shown(result.label, kMostInColumn), result.confidence,
                                 Name(result.decided_by), result.total_ms);
  if (!result.reason.empty()) line += "  " + Shown(result.reason);
  if (result.stage == wire::Stage::kProvisional) line += "  provisional";
  return line;
}

}  // namespace

int RunWatch(const WatchOptions& options, std::ostream& out, std::ostream& err) {
  const absl::StatusOr<Target> target = TargetOf(options);
  if (!target.ok()) {
    return EndCommand("watch", target.status(), err);
  }
  const wire::Identity identity{wire::Role::kDashboard, options.as};
  if (const absl::Status usable = wire::LoadCredentials(target->broker, identity).status();
      !usable.ok()) {
    return EndCommand("watch", usable, err);
  }
  const wire::Topics topics(target->topic_root, target->fleet);
  StopSignal stop;
  BoundedQueue<wire::Message> inbox(kMaxInbox);
  wire::MqttSession::Options session_options;
  session_options.broker = target->broker;
  session_options.identity = identity;
  session_options.client_id = fmt::format("biglittle-watch-{}", getpid());
  session_options.clean_start = true;
  session_options.subscriptions = {topics.AllResults()};
  session_options.on_message = [&inbox, &err](wire::Message&& message) {
    if (!inbox.TryPush(std::move(message))) fmt::print(err, "results come too fast: one dropped\n");
  };
  wire::MqttSession session(std::move(session_options));
  stop.OnStop([&inbox] { inbox.Close(); });
  session.Start();

  std::uint64_t seen = 0;
  while (!options.count || seen < *options.count) {
    const std::optional<wire::Message> message = inbox.Pop();
    if (!message) break;
    const auto results = wire::ReadResults(*message, topics);
    if (!results.ok()) {
      fmt::print(err, "{}: {}\n", Shown(message->topic),
                 Shown(std::string(results.status().message()), kMostInComplaint));
      continue;
    }
    for (const wire::Result& result : *results) {
      if (options.count && seen == *options.count) break;
      ++seen;
      fmt::print(out, "{}\n", options.json ? ShownJson(Encode(result)) : Line(result));
    }
    out.flush();
    if (!out) break;  // nobody sees what comes; main says so
  }
  stop.OnStop({});
  session.Stop();
  return kExitDone;
}

}  // namespace biglittle
