#include "cli/provision/provision_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/own_user.h"
#include "cli/provision/broker_limits.h"
#include "cli/provision/command_steps.h"
#include "cli/provision/provisioner.h"
#include "core/fleet/fleet_config.h"
#include "core/program/exit_code.h"
#include "core/shown_text.h"
#include "core/signature.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "core/text.h"

namespace biglittle {
namespace {

// What the commands call the broker where they take an id.
constexpr char kBroker[] = "broker";

// Debian's broker has a user of its own, which only root can give files to.
std::string DefaultUser() {
  if (geteuid() == 0 && getpwnam("mosquitto") != nullptr) return "mosquitto";
  return OwnUserName().value_or("mosquitto");
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
                    {"name", inventory.NameOf(identity)},
                    {"serial", certificates.back().serial},
                    {"not_after", DayOf(certificates.back().not_after)},
                    {"certificates", certificates.size()}});
  }
  return list;
}

void PrintRow(std::string_view role, std::string_view id,
              const std::vector<IssuedCertificate>& certificates, bool unfinished,
              std::ostream& out) {
  const IssuedCertificate& last = certificates.back();
  const std::int64_t left = DaysLeft(last);
  out << fmt::format(
      "{:<14} {:<24} until {} ({} days){}{}{}\n", role, id, DayOf(last.not_after), left,
      left < 0    ? ", it has run out"
      : left < 30 ? ", rotate it soon"
                  : "",
      unfinished ? ", its files are not all there: add it again" : "",
      certificates.size() > 1 ? fmt::format(", {} older valid too", certificates.size() - 1) : "");
}

// 8885 for 8883, with 8884 between them for dashboards.
std::uint16_t DefaultAdminPort(const Inventory& inventory) {
  constexpr int kBeside = 2;
  constexpr int kLast = 65535;
  const bool fits = inventory.port + kBeside <= kLast;
  const int port = fits ? inventory.port + kBeside : inventory.port - kBeside;
  const bool taken = port == inventory.websockets_port;
  return static_cast<std::uint16_t>(taken ? port - 1 : port);
}

// Of those in use the ones that end before `time`: the broker's by "broker", others by ROLE/ID.
std::vector<std::string> EndingBefore(std::chrono::system_clock::time_point time,
                                      const Inventory& inventory) {
  std::vector<std::string> ending;
  if (inventory.broker.back().not_after < time) ending.emplace_back(kBroker);
  for (const auto& [identity, certificates] : inventory.identities) {
    if (certificates.back().not_after >= time) continue;
    ending.push_back(fmt::format("{}/{}", RoleName(identity.role), identity.id));
  }
  return ending;
}

absl::Status CheckRotate(const ProvisionRotateOptions& rotate) {
  if (rotate.id.empty() != rotate.expiring.has_value()) {
    return absl::InvalidArgumentError("rotate whom? name an id, or say --expiring DAYS");
  }
  if (rotate.expiring && (*rotate.expiring < 0 || *rotate.expiring > kMaxDays)) {
    return absl::InvalidArgumentError(
        fmt::format("--expiring must be 0 to {}, not {}", kMaxDays, *rotate.expiring));
  }
  if (rotate.id != kBroker && (!rotate.hosts.empty() || rotate.admin_port)) {
    return absl::InvalidArgumentError("--host and --admin-port are for 'rotate broker'");
  }
  return absl::OkStatus();
}

int RotateExpiring(Provisioner& provisioner, const ProvisionOptions& options,
                   const ProvisionRotateOptions& rotate, std::ostream& out, std::ostream& err) {
  const auto until = std::chrono::system_clock::now() + std::chrono::days(*rotate.expiring);
  const std::chrono::days valid(options.days);
  const std::vector<std::string> ending = EndingBefore(until, provisioner.inventory());
  for (const std::string& name : ending) {
    const absl::Status status =
        name == kBroker
            ? provisioner.RotateBroker({}, valid, rotate.revoke_old)
            : provisioner.Rotate(*FindIdentity(provisioner.inventory().identities, name), valid,
                                 rotate.revoke_old);
    if (!status.ok()) return EndProvision(provisioner, status, out, err);
    out << fmt::format("{} has a new key and certificate\n", name);
  }
  if (ending.empty()) {
    out << fmt::format("no certificate ends within {} days\n", *rotate.expiring);
    return kExitDone;
  }
  return TellBroker(provisioner, out, err);
}

// What `list` ends with: certificates that have run out are said, whatever it was asked to print.
int SayWhatHasRunOut(const Inventory& inventory, std::ostream& err) {
  const auto ended = EndingBefore(std::chrono::system_clock::now(), inventory);
  if (ended.empty()) return kExitDone;
  err << fmt::format(
      "provision: the certificate of {} has run out: 'rotate --expiring 0' makes new ones\n",
      fmt::join(ended, ", "));
  return kExitFailed;
}

}  // namespace

int RunProvisionInit(const ProvisionOptions& options, const ProvisionInitOptions& init,
                     std::ostream& out, std::ostream& err) {
  const auto fleet = LoadSecureFleet(init.config);
  if (!fleet.ok()) return FailProvision(fleet.status(), err);
  Inventory inventory = InventoryOf(*fleet);
  for (const std::string& host : init.hosts) {
    if (std::ranges::find(inventory.hosts, host) == inventory.hosts.end()) {
      inventory.hosts.push_back(host);
    }
  }
  inventory.websockets_port = init.websockets_port;
  inventory.admin_port = init.admin_port.value_or(DefaultAdminPort(inventory));
  inventory.bind_address = init.bind_address;
  inventory.user = init.user.empty() ? DefaultUser() : init.user;
  const BrokerLimits limits = LimitsOf(*fleet, inventory);
  auto provisioner = Provisioner::Init(options.folder, std::move(inventory),
                                       ShippedSettings("production.conf"), limits);
  if (!provisioner.ok()) return FailProvision(provisioner.status(), err);
  // That user owns the settings, and whoever may write those would be root at the next start.
  const std::string& user = provisioner->inventory().user;
  const std::string as_user =
      geteuid() == 0 && user != "root" ? fmt::format("runuser -u {} -- ", user) : "";
  out << fmt::format(
      "{0}: authority, broker and administrator of fleet {1}. Keep {0}/authority to yourself.\n"
      "next: biglittle provision apply {2} --dir {0}\n"
      "      {3}mosquitto -c {0}/broker/mosquitto.conf\n",
      options.folder.string(), fleet->fleet, init.config.string(), as_user);
  return kExitDone;
}

int RunProvisionAdd(const ProvisionOptions& options, Role role, const std::vector<std::string>& ids,
                    std::ostream& out, std::ostream& err) {
  if (auto status = CheckDays(options.days); !status.ok()) return FailProvision(status, err);
  auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return FailProvision(provisioner.status(), err);
  for (const std::string& id : ids) {
    const Identity identity{.role = role, .id = id};
    const bool returns = provisioner->inventory().tombstones.count(identity) > 0;
    absl::Status status = provisioner->Add(identity, std::chrono::days(options.days));
    if (status.ok() && role == Role::kBridge) {
      status = provisioner->WriteBridge(identity, ShippedSettings("bridge.conf"));
    }
    if (!status.ok()) return EndProvision(*provisioner, status, out, err);
    out << fmt::format("{}: {}{}\n", ToString(identity), provisioner->OfIdentity(identity).string(),
                       returns ? fmt::format(" (it was revoked, and is {} now)",
                                             provisioner->inventory().NameOf(identity))
                               : "");
  }
  if (role == Role::kBridge) {
    out << "next: 'apply', and restart the broker: it takes packets as large as the site's then\n";
  }
  return TellBroker(*provisioner, out, err);
}

int RunProvisionRevoke(const ProvisionOptions& options, const std::string& id, std::ostream& out,
                       std::ostream& err) {
  auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return FailProvision(provisioner.status(), err);
  const auto identity = FindIdentity(provisioner->inventory().identities, id);
  if (!identity.ok()) return FailProvision(identity.status(), err);
  const absl::Status status = provisioner->Revoke(*identity);
  if (provisioner->changed()) out << fmt::format("{} is revoked\n", ToString(*identity));
  return EndProvision(*provisioner, status, out, err);
}

int RunProvisionRotate(const ProvisionOptions& options, const ProvisionRotateOptions& rotate,
                       std::ostream& out, std::ostream& err) {
  if (auto status = CheckDays(options.days); !status.ok()) return FailProvision(status, err);
  if (auto status = CheckRotate(rotate); !status.ok()) return FailProvision(status, err);
  auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return FailProvision(provisioner.status(), err);
  if (rotate.expiring) return RotateExpiring(*provisioner, options, rotate, out, err);
  const std::chrono::days valid(options.days);
  const auto identity = FindIdentity(provisioner->inventory().identities, rotate.id);
  // Whoever has that id is named with its role.
  const bool is_broker = rotate.id == kBroker;
  if (!is_broker && !identity.ok()) return FailProvision(identity.status(), err);
  const absl::Status status =
      is_broker
          ? provisioner->RotateBroker(rotate.hosts, valid, rotate.revoke_old, rotate.admin_port)
          : provisioner->Rotate(*identity, valid, rotate.revoke_old);
  if (!status.ok()) return EndProvision(*provisioner, status, out, err);
  out << fmt::format(
      "{} has a new key and certificate in {}\n", is_broker ? "the broker" : ToString(*identity),
      (is_broker ? options.folder / "broker" : provisioner->OfIdentity(*identity)).string());
  if (rotate.admin_port) {
    out << "the administrator's listener changes with the next 'apply' and the broker's restart\n";
  }
  return TellBroker(*provisioner, out, err);
}

int RunProvisionList(const ProvisionOptions& options, bool json, std::ostream& out,
                     std::ostream& err) {
  const auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return FailProvision(provisioner.status(), err);
  const Inventory& inventory = provisioner->inventory();
  if (json) {
    out << ListAsJson(inventory).dump(2) << '\n';
    return SayWhatHasRunOut(inventory, err);
  }
  out << fmt::format("fleet {} at {}:{}\n", inventory.names.fleet, inventory.hosts.front(),
                     inventory.port);
  PrintRow(kBroker, fmt::format("{}", fmt::join(inventory.hosts, " ")), inventory.broker, false,
           out);
  for (const auto& [identity, certificates] : inventory.identities) {
    const bool unfinished = inventory.unfinished.count(inventory.NameOf(identity)) > 0;
    PrintRow(RoleName(identity.role), identity.id, certificates, unfinished, out);
  }
  for (const auto& [identity, when] : inventory.tombstones) {
    out << fmt::format("{:<14} {:<24} revoked on {}\n", RoleName(identity.role), identity.id,
                       DayOf(when));
  }
  out << fmt::format("{} certificates revoked\n", inventory.revoked.size());
  if (inventory.confirmed_list != inventory.list_number) {
    out << fmt::format("revocation list {} not confirmed: 'provision sync' looks again\n",
                       inventory.list_number);
  }
  if (inventory.untold != Untold()) {
    out << fmt::format(
        "the broker has not been told of all: run 'biglittle provision sync --dir {}'\n",
        options.folder.string());
  }
  return SayWhatHasRunOut(inventory, err);
}

int RunProvisionPurge(const ProvisionOptions& options, const ProvisionPurgeOptions& purge,
                      std::ostream& out, std::ostream& err) {
  const auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return FailProvision(provisioner.status(), err);
  const Inventory& inventory = provisioner->inventory();
  PurgeOrder order = PurgeOfAll(inventory);
  if (!purge.id.empty()) {
    auto identity = FindIdentity(inventory.identities, purge.id);
    if (absl::IsNotFound(identity.status())) {
      identity = FindIdentity(inventory.tombstones, purge.id);
    }
    if (!identity.ok()) return FailProvision(identity.status(), err);
    order = PurgeOf({*identity}, inventory);
  }
  const auto purged = provisioner->Purge(order, purge.dry_run);
  if (!purged.ok()) {
    // There is nothing wrong with what was asked for.
    err << "provision: " << std::string(purged.status().message()) << '\n';
    return kExitFailed;
  }
  for (const std::string& topic : *purged) out << Shown(topic) << '\n';
  out << fmt::format("{} retained messages {}\n", purged->size(),
                     purge.dry_run ? "would go" : "purged");
  return kExitDone;
}

int RunProvisionSync(const ProvisionOptions& options, std::ostream& out, std::ostream& err) {
  auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return FailProvision(provisioner.status(), err);
  return TellBroker(*provisioner, out, err, true);
}

int RunProvisionSignModels(const ProvisionOptions& options,
                           const std::vector<std::filesystem::path>& tasks, std::ostream& out,
                           std::ostream& err, const ReleaseStamp& stamp) {
  // Held while the key is used, and the proof that the folder is one.
  const auto provisioner = Provisioner::Open(options.folder);
  if (!provisioner.ok()) return FailProvision(provisioner.status(), err);
  for (const std::filesystem::path& task : tasks) {
    // What would be refused by every program is not signed.
    const Parsed<Task> read = LoadTask(task);
    if (!read.ok()) return FailProvision(absl::InvalidArgumentError(ToString(read.problems)), err);
    if (auto status = VerifyFiles(*read.value); !status.ok()) return FailProvision(status, err);
    if (auto status = StampTaskFile(task / "task.yaml", stamp); !status.ok()) {
      return FailProvision(status, err);
    }
    const auto status = SignFile(options.folder / "authority" / "models.key", task / "task.yaml");
    if (!status.ok()) return FailProvision(status, err);
    out << fmt::format("{} is signed\n", SignaturePath(task / "task.yaml").string());
  }
  return kExitDone;
}

}  // namespace biglittle
