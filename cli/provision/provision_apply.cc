#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <istream>
#include <ostream>
#include <set>
#include <string>

#include "cli/provision/broker_limits.h"
#include "cli/provision/command_steps.h"
#include "cli/provision/fleet_plan.h"
#include "cli/provision/provision_command.h"
#include "cli/provision/provisioner.h"
#include "core/program/exit_code.h"

namespace biglittle {
namespace {

bool Confirmed(const FleetPlan& plan, const ProvisionApplyOptions& apply, std::istream& in,
               std::ostream& out, std::ostream& err) {
  if (plan.to_revoke.empty() || apply.yes) return true;
  if (isatty(STDIN_FILENO) == 0) {
    err << "provision: this revokes somebody: say --yes, or run it on a terminal\n";
    return false;
  }
  out << "revoked certificates cannot be brought back. Go on? [y/N] " << std::flush;
  std::string answer;
  std::getline(in, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

// Of those who were revoked; whoever is here needs no consent, so that a command can be repeated.
absl::StatusOr<std::set<Identity>> Readmitted(const Inventory& inventory,
                                              const std::vector<std::string>& texts) {
  std::set<Identity> readmitted;
  for (const std::string& text : texts) {
    const auto identity = FindIdentity(inventory.tombstones, text);
    if (identity.ok()) {
      readmitted.insert(*identity);
    } else if (!absl::IsNotFound(identity.status()) ||
               !FindIdentity(inventory.identities, text).ok()) {
      return absl::InvalidArgumentError(
          fmt::format("--readmit: {}", std::string(identity.status().message())));
    }
  }
  return readmitted;
}

// InvalidArgument: the file names somebody who was revoked, or --readmit somebody whom it does not.
absl::Status CheckReturns(const Inventory& inventory, const FleetPlan& plan,
                          const std::set<Identity>& readmitted) {
  std::string barred;
  for (const Identity& identity : plan.barred) {
    barred += fmt::format("{}{} was revoked on {}", barred.empty() ? "" : ", ", ToString(identity),
                          DayOf(inventory.tombstones.at(identity)));
  }
  if (!barred.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: take it out of the file, or let it in again by --readmit {}/{}", barred,
                    RoleName(plan.barred.front().role), plan.barred.front().id));
  }
  for (const Identity& identity : readmitted) {
    if (std::ranges::find(plan.to_add, identity) != plan.to_add.end()) continue;
    return absl::InvalidArgumentError(
        fmt::format("--readmit: the file names no {}", ToString(identity)));
  }
  return absl::OkStatus();
}

std::string SentenceOf(const std::optional<HomeAssistantNames>& home_assistant) {
  if (!home_assistant) return "devices show themselves in Home Assistant no more";
  return fmt::format("devices show themselves in Home Assistant below {}{}", home_assistant->prefix,
                     home_assistant->steering ? ", which may steer them" : "");
}

absl::Status Change(Provisioner& provisioner, const FleetPlan& plan, std::chrono::days valid) {
  for (const Identity& identity : plan.to_revoke) {
    if (auto status = provisioner.Revoke(identity); !status.ok()) return status;
  }
  for (const Identity& identity : plan.to_add) {
    if (auto status = provisioner.Add(identity, valid); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

int RunProvisionApply(const ProvisionOptions& options, const ProvisionApplyOptions& apply,
                      std::istream& in, std::ostream& out, std::ostream& err) {
  if (auto status = CheckDays(options.days); !status.ok()) return FailProvision(status, err);
  const auto fleet = LoadSecureFleet(apply.config);
  if (!fleet.ok()) return FailProvision(fleet.status(), err);
  auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return FailProvision(provisioner.status(), err);
  const auto readmitted = Readmitted(provisioner->inventory(), apply.readmit);
  if (!readmitted.ok()) return FailProvision(readmitted.status(), err);
  const auto plan = PlanFor(provisioner->inventory(), *fleet, *readmitted);
  if (!plan.ok()) return FailProvision(plan.status(), err);
  for (const Identity& identity : plan->to_add) out << "+ " << ToString(identity) << '\n';
  for (const Identity& identity : plan->to_revoke) out << "- " << ToString(identity) << '\n';
  const FleetNames names = NamesOf(*fleet);
  const bool shows_elsewhere =
      names.home_assistant != provisioner->inventory().names.home_assistant;
  if (shows_elsewhere) out << "~ " << SentenceOf(names.home_assistant) << '\n';
  if (plan->empty() && !shows_elsewhere) out << "the folder says what the file says\n";
  const absl::Status allowed = CheckReturns(provisioner->inventory(), *plan, *readmitted);
  if (!allowed.ok()) return FailProvision(allowed, err);
  if (apply.dry_run) return kExitDone;
  if (!Confirmed(*plan, apply, in, out, err)) return kExitBadInput;
  absl::Status status = provisioner->ShowIn(names.home_assistant);
  status.Update(Change(*provisioner, *plan, std::chrono::days(options.days)));
  if (!status.ok()) return EndProvision(*provisioner, status, out, err);
  const auto rendered = provisioner->Render(ShippedSettings("production.conf"),
                                            LimitsOf(*fleet, provisioner->inventory()));
  if (rendered.ok() && *rendered) {
    out << "~ the broker's limits follow the fleet's size: restart it to have them\n";
  }
  return EndProvision(*provisioner, rendered.status(), out, err);
}

}  // namespace biglittle
