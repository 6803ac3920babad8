#include "cli/provision_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <istream>
#include <optional>
#include <ostream>
#include <utility>

#include "cli/installation.h"
#include "cli/provision/broker_limits.h"
#include "cli/provision/fleet_plan.h"
#include "cli/provision/provisioner.h"
#include <nlohmann/json.hpp>

#include "core/exit_code.h"
#include "core/fleet_config.h"
#include "core/signature.h"
#include "core/task.h"

namespace biglittle {
namespace {

constexpr int kMaxDays = 3650;

int Fail(const absl::Status& status, std::ostream& err) {
  err << "provision: " << std::string(status.message()) << '\n';
  const bool is_input = absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
                        absl::IsAlreadyExists(status) || absl::IsFailedPrecondition(status) ||
                        absl::IsDataLoss(status);
  return is_input ? kExitBadInput : kExitFailed;
}

absl::Status CheckDays(int days) {
  if (days >= 1 && days <= kMaxDays) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("--days must be 1 to {}, not {}", kMaxDays, days));
}

std::filesystem::path SettingsTemplate() {
  return Installation::Find().home / "broker_config" / "production.conf";
}

// Debian's broker has a user of its own, which only root can give files to.
std::string DefaultUser() {
  if (geteuid() == 0 && getpwnam("mosquitto") != nullptr) return "mosquitto";
  const passwd* self = getpwuid(geteuid());
  return self == nullptr ? "mosquitto" : self->pw_name;
}

// Brings the broker up to date and says how that went.
int Tell(Provisioner& provisioner, std::ostream& out, std::ostream& err, bool reload = false) {
  const auto news = provisioner.Synchronise(reload);
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
      out << "no broker answers at its address: it will know when it starts\n";
      break;
  }
  if (news->reload_by_hand) {
    out << fmt::format(
        "its certificates or its revocation list changed: copy {} to its machine and send it "
        "SIGHUP "
        "('systemctl reload mosquitto')\n",
        (provisioner.path() / "broker").string());
  }
  return kExitDone;
}

absl::StatusOr<FleetConfig> Load(const std::filesystem::path& file) {
  Parsed<FleetConfig> fleet = LoadFleet(file);
  if (!fleet.ok()) return absl::InvalidArgumentError(ToString(fleet.problems));
  if (!fleet.value->broker.tls) {
    return absl::InvalidArgumentError(
        fmt::format("{}: its broker has no 'tls': add 'tls: {{credentials: "
                    "FOLDER/{{role}}/{{id}}}}' to 'broker'",
                    file.string()));
  }
  return *std::move(fleet.value);
}

// "pump-1" or "device/pump-1" among those that are there.
absl::StatusOr<Identity> Find(const Inventory& inventory, const std::string& text) {
  std::vector<Identity> found;
  for (const auto& [identity, certificates] : inventory.identities) {
    const std::string full = fmt::format("{}/{}", RoleName(identity.role), identity.id);
    if (identity.id == text || full == text) found.push_back(identity);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return absl::NotFoundError(
        fmt::format("nobody is called '{}'; 'biglittle provision list' says who is there", text));
  }
  return absl::InvalidArgumentError(fmt::format("'{}' is the name of several: write {}/{} or {}/{}",
                                                text, RoleName(found[0].role), text,
                                                RoleName(found[1].role), text));
}

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

std::int64_t DaysLeft(const IssuedCertificate& certificate) {
  const auto left = certificate.not_after - std::chrono::system_clock::now();
  return std::chrono::floor<std::chrono::days>(left).count();
}

nlohmann::json ListAsJson(const Inventory& inventory) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [identity, certificates] : inventory.identities) {
    list.push_back({{"role", RoleName(identity.role)},
                    {"id", identity.id},
                    {"name", UserName(identity, inventory.names.fleet)},
                    {"serial", certificates.back().serial},
                    {"not_after", DayOf(certificates.back().not_after)},
                    {"certificates", certificates.size()}});
  }
  return list;
}

void PrintRow(std::string_view role, std::string_view id,
              const std::vector<IssuedCertificate>& certificates, std::ostream& out) {
  const IssuedCertificate& last = certificates.back();
  const std::int64_t left = DaysLeft(last);
  out << fmt::format(
      "{:<10} {:<24} until {} ({} days){}{}\n", role, id, DayOf(last.not_after), left,
      left < 30 ? ", rotate it soon" : "",
      certificates.size() > 1 ? fmt::format(", {} older valid too", certificates.size() - 1) : "");
}

}  // namespace

int RunProvisionInit(const ProvisionOptions& options, const ProvisionInitOptions& init,
                     std::ostream& out, std::ostream& err) {
  const auto fleet = Load(init.config);
  if (!fleet.ok()) return Fail(fleet.status(), err);
  Inventory inventory;
  inventory.names = {
      .topic_root = fleet->topic_root, .fleet = fleet->fleet, .worker_group = fleet->worker_group};
  inventory.hosts = {fleet->broker.host};
  for (const std::string& host : init.hosts) {
    if (std::ranges::find(inventory.hosts, host) == inventory.hosts.end()) {
      inventory.hosts.push_back(host);
    }
  }
  inventory.port = fleet->broker.port;
  inventory.websockets_port = init.websockets_port;
  inventory.bind_address = init.bind_address;
  inventory.user = init.user.empty() ? DefaultUser() : init.user;
  auto provisioner = Provisioner::Init(options.folder, std::move(inventory), SettingsTemplate(),
                                       LimitsFor(SizeOf(*fleet)));
  if (!provisioner.ok()) return Fail(provisioner.status(), err);
  out << fmt::format(
      "{0}: authority, broker and administrator of fleet {1}. Keep {0}/authority to yourself.\n"
      "next: biglittle provision apply {2} --dir {0}\n"
      "      mosquitto -c {0}/broker/mosquitto.conf\n",
      options.folder.string(), fleet->fleet, init.config.string());
  return kExitDone;
}

int RunProvisionAdd(const ProvisionOptions& options, Role role, const std::vector<std::string>& ids,
                    std::ostream& out, std::ostream& err) {
  if (auto status = CheckDays(options.days); !status.ok()) return Fail(status, err);
  auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return Fail(provisioner.status(), err);
  for (const std::string& id : ids) {
    const Identity identity{.role = role, .id = id};
    if (auto status = provisioner->Add(identity, std::chrono::days(options.days)); !status.ok()) {
      return Fail(status, err);
    }
    out << fmt::format("{}: {}\n", ToString(identity), provisioner->OfIdentity(identity).string());
  }
  return Tell(*provisioner, out, err);
}

int RunProvisionRevoke(const ProvisionOptions& options, const std::string& id, std::ostream& out,
                       std::ostream& err) {
  auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return Fail(provisioner.status(), err);
  const auto identity = Find(provisioner->inventory(), id);
  if (!identity.ok()) return Fail(identity.status(), err);
  if (auto status = provisioner->Revoke(*identity); !status.ok()) return Fail(status, err);
  out << fmt::format("{} is revoked\n", ToString(*identity));
  return Tell(*provisioner, out, err);
}

int RunProvisionRotate(const ProvisionOptions& options, const ProvisionRotateOptions& rotate,
                       std::ostream& out, std::ostream& err) {
  if (auto status = CheckDays(options.days); !status.ok()) return Fail(status, err);
  auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return Fail(provisioner.status(), err);
  const std::chrono::days valid(options.days);
  const auto identity = Find(provisioner->inventory(), rotate.id);
  const bool is_broker = rotate.id == "broker" && absl::IsNotFound(identity.status());
  if (!is_broker && !identity.ok()) return Fail(identity.status(), err);
  if (!is_broker && !rotate.hosts.empty()) {
    return Fail(absl::InvalidArgumentError("--host is for 'rotate broker'"), err);
  }
  const absl::Status status =
      is_broker ? provisioner->RotateBroker(rotate.hosts, valid, rotate.revoke_old)
                : provisioner->Rotate(*identity, valid, rotate.revoke_old);
  if (!status.ok()) return Fail(status, err);
  out << fmt::format(
      "{} has a new key and certificate in {}\n", is_broker ? "the broker" : ToString(*identity),
      (is_broker ? options.folder / "broker" : provisioner->OfIdentity(*identity)).string());
  return Tell(*provisioner, out, err);
}

int RunProvisionList(const ProvisionOptions& options, bool json, std::ostream& out,
                     std::ostream& err) {
  const auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return Fail(provisioner.status(), err);
  const Inventory& inventory = provisioner->inventory();
  if (json) {
    out << ListAsJson(inventory).dump(2) << '\n';
    return kExitDone;
  }
  out << fmt::format("fleet {} at {}:{}\n", inventory.names.fleet, inventory.hosts.front(),
                     inventory.port);
  PrintRow("broker", fmt::format("{}", fmt::join(inventory.hosts, " ")), inventory.broker, out);
  for (const auto& [identity, certificates] : inventory.identities) {
    PrintRow(RoleName(identity.role), identity.id, certificates, out);
  }
  out << fmt::format("{} certificates revoked\n", inventory.revoked.size());
  return kExitDone;
}

int RunProvisionApply(const ProvisionOptions& options, const ProvisionApplyOptions& apply,
                      std::istream& in, std::ostream& out, std::ostream& err) {
  if (auto status = CheckDays(options.days); !status.ok()) return Fail(status, err);
  const auto fleet = Load(apply.config);
  if (!fleet.ok()) return Fail(fleet.status(), err);
  auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return Fail(provisioner.status(), err);
  const auto plan = PlanFor(provisioner->inventory(), *fleet);
  if (!plan.ok()) return Fail(plan.status(), err);
  for (const Identity& identity : plan->to_add) out << "+ " << ToString(identity) << '\n';
  for (const Identity& identity : plan->to_revoke) out << "- " << ToString(identity) << '\n';
  if (plan->empty()) out << "the folder says what the file says\n";
  if (apply.dry_run) return kExitDone;
  if (!Confirmed(*plan, apply, in, out, err)) return kExitBadInput;
  if (auto status = Change(*provisioner, *plan, std::chrono::days(options.days)); !status.ok()) {
    return Fail(status, err);
  }
  const auto rendered = provisioner->Render(SettingsTemplate(), LimitsFor(SizeOf(*fleet)));
  if (!rendered.ok()) return Fail(rendered.status(), err);
  if (*rendered) {
    out << "~ the broker's limits follow the fleet's size: restart it to have them\n";
  }
  return Tell(*provisioner, out, err);
}

int RunProvisionSync(const ProvisionOptions& options, std::ostream& out, std::ostream& err) {
  auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return Fail(provisioner.status(), err);
  return Tell(*provisioner, out, err, true);
}

int RunProvisionSignModels(const ProvisionOptions& options,
                           const std::vector<std::filesystem::path>& tasks, std::ostream& out,
                           std::ostream& err) {
  // Held while the key is used, and the proof that the folder is one.
  const auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return Fail(provisioner.status(), err);
  for (const std::filesystem::path& task : tasks) {
    // What would be refused by every program is not signed.
    const Parsed<Task> read = LoadTask(task);
    if (!read.ok()) return Fail(absl::InvalidArgumentError(ToString(read.problems)), err);
    if (auto status = VerifyFiles(*read.value); !status.ok()) return Fail(status, err);
    const auto status = SignFile(options.folder / "authority" / "models.key", task / "task.yaml");
    if (!status.ok()) return Fail(status, err);
    out << fmt::format("{} is signed\n", SignaturePath(task / "task.yaml").string());
  }
  return kExitDone;
}

}  // namespace biglittle
