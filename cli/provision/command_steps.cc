#include "cli/provision/command_steps.h"

#include <fmt/format.h>

#include <ostream>
#include <string>
#include <utility>

#include "cli/installation.h"
#include "core/fleet/fleet_file.h"
#include "core/program/exit_code.h"
#include "core/text.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

// Says of each broker that it was not seen to hold the newest revocation list; the exit code.
int Confirm(Provisioner& provisioner, std::ostream& out, std::ostream& err) {
  const auto unconfirmed = provisioner.ConfirmRevocationList();
  if (!unconfirmed.ok()) return FailProvision(unconfirmed.status(), err);
  for (const std::string& why : *unconfirmed) {
    out << fmt::format("revocation list {} not confirmed: {}; 'provision sync' looks again\n",
                       provisioner.inventory().list_number, why);
  }
  return kExitDone;
}

}  // namespace

bool IsCalled(const Identity& identity, const std::string& text) {
  return identity.id == text || fmt::format("{}/{}", RoleName(identity.role), identity.id) == text;
}

absl::StatusOr<Identity> OnlyOne(const std::vector<Identity>& found, const std::string& text) {
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return absl::NotFoundError(fmt::format(
        "nobody is called {}; 'biglittle provision list' says who is there", Quoted(text)));
  }
  return absl::InvalidArgumentError(fmt::format("'{}' is the name of several: write {}/{} or {}/{}",
                                                text, RoleName(found[0].role), text,
                                                RoleName(found[1].role), text));
}

int FailProvision(const absl::Status& status, std::ostream& err) {
  err << "provision: " << std::string(status.message()) << '\n';
  return ExitCodeOf(status);
}

absl::Status CheckDays(int days) {
  if (days >= 1 && days <= kMaxDays) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("--days must be 1 to {}, not {}", kMaxDays, days));
}

std::filesystem::path ShippedSettings(const char* name) {
  return Installation::Find().home / "broker_config" / name;
}

absl::StatusOr<FleetConfig> LoadSecureFleet(const std::filesystem::path& file) {
  Parsed<FleetConfig> fleet = LoadFleet(file, &AllSources(), ModelsNeeded::kTasks);
  if (!fleet.ok()) return absl::InvalidArgumentError(ToString(fleet.problems));
  if (!fleet.value->broker.tls) {
    return absl::InvalidArgumentError(
        fmt::format("{}: its broker has no 'tls': add 'tls: {{credentials: "
                    "FOLDER/{{role}}/{{id}}}}' to 'broker'",
                    file.string()));
  }
  return *std::move(fleet.value);
}

BrokerLimits LimitsOf(const FleetConfig& fleet, const Inventory& inventory) {
  FleetSize size = SizeOf(fleet);
  for (const auto& [identity, certificates] : inventory.identities) {
    if (identity.role == Role::kBridge) size.max_payload_bytes = fleet.broker.max_payload_bytes;
  }
  return LimitsFor(size);
}

int EndProvision(Provisioner& provisioner, const absl::Status& status, std::ostream& out,
                 std::ostream& err) {
  const int failed = status.ok() ? kExitDone : FailProvision(status, err);
  if (!status.ok() && !provisioner.changed()) return failed;
  const int told = TellBroker(provisioner, out, err);
  return status.ok() ? told : failed;
}

int TellBroker(Provisioner& provisioner, std::ostream& out, std::ostream& err, bool reload) {
  const auto news = provisioner.Synchronise(reload);
  const int confirmed = Confirm(provisioner, out, err);
  if (!news.ok()) {
    err << fmt::format(
        "provision: {} is up to date, but the broker was not told: {}; then run 'biglittle "
        "provision sync --dir {}'\n",
        provisioner.path().string(), std::string(news.status().message()),
        provisioner.path().string());
    return kExitFailed;
  }
  switch (news->state) {
    case BrokerState::kUpToDate:
      out << "the broker is up to date\n";
      break;
    case BrokerState::kTold:
      out << "the broker has taken the change\n";
      break;
    case BrokerState::kNotRunning:
      out << fmt::format(
          "nobody answers at {}:{}: a broker that starts with {} will know; one on another machine "
          "needs 'biglittle provision sync' once it runs\n",
          provisioner.inventory().hosts.front(), provisioner.inventory().port,
          (provisioner.path() / "broker").string());
      break;
  }
  if (news->purged > 0) {
    out << fmt::format("it retained {} messages of those who were revoked: gone\n", news->purged);
  }
  if (news->reload_by_hand) {
    out << fmt::format(
        "its certificates or its revocation list changed: copy {} to its machine and send it "
        "SIGHUP ('systemctl reload mosquitto'){}\n",
        (provisioner.path() / "broker").string(),
        provisioner.inventory().untold.sessions.empty()
            ? ""
            : ", then run 'biglittle provision sync' here: it ends the sessions of revoked keys");
  }
  return confirmed;
}

}  // namespace biglittle
