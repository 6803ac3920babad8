#include "cli/dashboard/dashboard_command.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/command_end.h"
#include "cli/dashboard/page_folder.h"
#include "cli/installation.h"
#include "core/fleet/fleet_file.h"
#include "core/host_name.h"
#include "core/program/exit_code.h"

namespace biglittle {
namespace {

// Beside the broker's own port, as `provision init --websockets-port` and broker_config/ have it.
std::string UrlOf(const BrokerConfig& broker) {
  return fmt::format("{}://{}:{}/mqtt", broker.tls ? "wss" : "ws", HostInUrl(broker.host),
                     broker.port + 1);
}

}  // namespace

int RunDashboard(const DashboardOptions& options, std::ostream& out, std::ostream& err) {
  const Parsed<FleetConfig> fleet = LoadFleet(options.config, nullptr, ModelsNeeded::kTasks);
  if (!fleet.ok()) {
    err << ToString(fleet.problems) << '\n';
    return kExitBadInput;
  }
  const BrokerConfig& broker = fleet.value->broker;
  const PageSettings settings{.url = options.url.empty() ? UrlOf(broker) : options.url,
                              .login = broker.tls || broker.username,
                              .normal = options.normal};
  const absl::Status written = WritePage(Installation::Find(), *fleet.value, settings, options.out);
  if (!written.ok()) return EndCommand("dashboard", written, err);
  out << fmt::format(
      "the console of fleet {} is in {}: let a web server serve it\nit speaks to {}{}\n",
      fleet.value->fleet, options.out.string(), settings.url,
      settings.login ? "; logins: biglittle provision add-dashboard ID" : "");
  return kExitDone;
}

}  // namespace biglittle
