#include <fmt/format.h>
#include <unistd.h>

#include <istream>
#include <ostream>

#include "cli/provision/broker_limits.h"
#include "cli/provision/command_steps.h"
#include "cli/provision/fleet_plan.h"
#include "cli/provision/provisioner.h"
#include "cli/provision_command.h"

#include "core/exit_code.h"

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
  const auto plan = PlanFor(provisioner->inventory(), *fleet);
  if (!plan.ok()) return FailProvision(plan.status(), err);
  for (const Identity& identity : plan->to_add) out << "+ " << ToString(identity) << '\n';
  for (const Identity& identity : plan->to_revoke) out << "- " << ToString(identity) << '\n';
  if (plan->empty()) out << "the folder says what the file says\n";
  if (apply.dry_run) return kExitDone;
  if (!Confirmed(*plan, apply, in, out, err)) return kExitBadInput;
  absl::Status status = Change(*provisioner, *plan, std::chrono::days(options.days));
  if (!status.ok()) return EndProvision(*provisioner, status, out, err);
  const auto rendered =
      provisioner->Render(ShippedSettings("production.conf"), LimitsFor(SizeOf(*fleet)));
  if (rendered.ok() && *rendered) {
    out << "~ the broker's limits follow the fleet's size: restart it to have them\n";
  }
  return EndProvision(*provisioner, rendered.status(), out, err);
}

}  // namespace biglittle
