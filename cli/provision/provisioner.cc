#include "cli/provision/provisioner.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "cli/provision/bridge_settings.h"

namespace biglittle {
namespace {

constexpr char kSiteFolder[] = "/etc/mosquitto/biglittle";

// They log in to the console, whose listener knows no certificates, by a password as well; Home
// Assistant knows both ways.
bool HasPassword(Role role) {
  return role == Role::kDashboard || role == Role::kOperator || role == Role::kHomeAssistant;
}

absl::Status NotThere(const Identity& identity, const ProvisionFolder& folder) {
  return absl::NotFoundError(fmt::format("there is no {} in {}; 'list' says who is there",
                                         ToString(identity), folder.path().string()));
}

}  // namespace

absl::StatusOr<Provisioner> Provisioner::Init(const std::filesystem::path& folder,
                                              Inventory inventory,
                                              const std::filesystem::path& settings_template,
                                              const BrokerLimits& limits) {
  // Refused before anything is made.
  if (auto status = CheckIdentity(Administrator(), inventory.names.fleet); !status.ok()) {
    return status;
  }
  auto made = ProvisionFolder::Create(folder, std::move(inventory));
  if (!made.ok()) return made.status();
  Provisioner provisioner(*std::move(made));
  const absl::Status status = provisioner.MakeFirst(settings_template, limits);
  // A wrong host or user is corrected by another init, with nothing to be removed by hand.
  if (!status.ok()) provisioner.folder_.Abandon();
  if (!status.ok()) return status;
  return provisioner;
}

absl::Status Provisioner::MakeFirst(const std::filesystem::path& settings_template,
                                    const BrokerLimits& limits) {
  // Empty: there is nothing in it to be seen.
  folder_.inventory().list_number = folder_.inventory().confirmed_list = 1;
  if (auto status = folder_.IssueBroker(kCertificateValid); !status.ok()) return status;
  if (auto status = folder_.WriteRevocationList(); !status.ok()) return status;
  const auto rendered = Render(settings_template, limits);
  if (!rendered.ok()) return rendered.status();
  if (auto status = Give(Administrator(), kCertificateValid); !status.ok()) return status;
  const auto written = ChangeFile();
  return written.ok() ? folder_.Complete() : written.status();
}

absl::StatusOr<Provisioner> Provisioner::Open(const std::filesystem::path& folder) {
  auto opened = ProvisionFolder::Open(folder);
  if (!opened.ok()) return opened.status();
  return Provisioner(*std::move(opened));
}

absl::Status Provisioner::Add(const Identity& identity, std::chrono::days valid) {
  Inventory& inventory = folder_.inventory();
  const bool returns = inventory.tombstones.count(identity) > 0;
  const Generation generation = inventory.GenerationOf(identity) + (returns ? 1 : 0);
  if (auto status = CheckIdentity(identity, inventory.names.fleet, generation); !status.ok()) {
    return status;
  }
  const bool unfinished = inventory.unfinished.count(inventory.NameOf(identity)) > 0;
  if (inventory.identities.count(identity) > 0 && !unfinished) {
    return absl::AlreadyExistsError(fmt::format(
        "{} is there already; 'rotate' gives it a new certificate", ToString(identity)));
  }
  inventory.generations[identity] = generation;
  inventory.tombstones.erase(identity);
  return Give(identity, valid);
}

absl::Status Provisioner::Give(const Identity& identity, std::chrono::days valid) {
  if (HasPassword(identity.role)) {
    folder_.inventory().untold.passwords.insert(inventory().NameOf(identity));
  }
  if (auto status = folder_.Issue(identity, valid); !status.ok()) return status;
  if (HasPassword(identity.role)) {
    if (auto status = folder_.WritePassword(identity).status(); !status.ok()) return status;
  }
  return folder_.Save();
}

absl::Status Provisioner::Revoke(const Identity& identity) {
  Inventory& inventory = folder_.inventory();
  const auto found = inventory.identities.find(identity);
  if (found == inventory.identities.end()) return NotThere(identity, folder_);
  if (identity == Administrator()) {
    return absl::FailedPreconditionError(
        "provisioning itself needs the administrator: 'rotate admin --revoke-old' gives it a new "
        "key and revokes the old one");
  }
  folder_.Revoke(found->second);
  inventory.identities.erase(found);
  inventory.generations[identity] = inventory.GenerationOf(identity);
  inventory.tombstones[identity] = inventory.revoked.back().when;
  Forget(inventory.NameOf(identity));
  inventory.untold.retained.insert(identity);
  // First of all: a revocation that is cut short from here on is finished by the next command.
  if (auto status = folder_.Save(); !status.ok()) return status;
  absl::Status status = folder_.WriteRevocationList();
  status.Update(folder_.RemoveIdentity(identity));
  return status;
}

void Provisioner::Forget(const std::string& name) {
  folder_.inventory().unfinished.erase(name);
  folder_.inventory().untold.passwords.erase(name);
}

// The new key gets a name of its own, so that the old one's session and rights end wherever the
// revocation list does not come to.
void Provisioner::EndOldName(const Identity& identity) {
  Inventory& inventory = folder_.inventory();
  const std::string name = inventory.NameOf(identity);
  const Generation next = inventory.GenerationOf(identity) + 1;
  const bool is_us = identity == Administrator();
  if (!CheckIdentity(identity, inventory.names.fleet, next).ok() ||
      (is_us && !LetInAdministrator(next).ok())) {
    // No room for it, or nobody whom we can tell of it: the list alone shuts the old key out. Our
    // own session is taken over by our next connection.
    if (!is_us) inventory.untold.sessions.insert(name);
    return;
  }
  Forget(name);
  inventory.generations[identity] = next;
}

absl::Status Provisioner::Rotate(const Identity& identity, std::chrono::days valid,
                                 bool revoke_old) {
  Inventory& inventory = folder_.inventory();
  const auto found = inventory.identities.find(identity);
  if (found == inventory.identities.end()) return NotThere(identity, folder_);
  if (!revoke_old) return Give(identity, valid);
  folder_.Revoke(std::exchange(found->second, {}));
  EndOldName(identity);
  if (auto status = Give(identity, valid); !status.ok()) return status;
  return folder_.WriteRevocationList();
}

absl::Status Provisioner::RotateBroker(const std::vector<std::string>& hosts,
                                       std::chrono::days valid, bool revoke_old,
                                       std::optional<std::uint16_t> admin_port) {
  Inventory& inventory = folder_.inventory();
  if (admin_port) inventory.admin_port = *admin_port;
  if (revoke_old) folder_.Revoke(std::exchange(inventory.broker, {}));
  if (!hosts.empty()) inventory.hosts = hosts;
  inventory.untold.certificates = true;
  if (auto status = folder_.IssueBroker(valid); !status.ok()) return status;
  return revoke_old ? folder_.WriteRevocationList() : absl::OkStatus();
}

absl::StatusOr<bool> Provisioner::Render(const std::filesystem::path& settings_template,
                                         const BrokerLimits& limits) {
  const auto text = ReadSmallFile(settings_template);
  if (!text.ok()) return text.status();
  std::error_code error;
  const auto broker = std::filesystem::absolute(folder_.broker(), error).lexically_normal();
  BrokerSettings settings{.folder = broker, .tls_port = inventory().port};
  if (inventory().websockets_port != 0) settings.websockets_port = inventory().websockets_port;
  if (inventory().admin_port != 0) settings.admin_port = inventory().admin_port;
  if (!inventory().bind_address.empty()) settings.bind_address = inventory().bind_address;
  settings.user = inventory().user;
  settings.limits = limits;
  const auto rendered = RenderBrokerSettings(*text, settings);
  if (!rendered.ok()) return rendered.status();
  const auto old = ReadSmallFile(broker / kSettingsFile);
  if (old.ok() && *old == *rendered) return false;
  if (auto status = folder_.WriteForBroker(kSettingsFile, *rendered, kReadableByAll);
      !status.ok()) {
    return status;
  }
  return true;
}

absl::Status Provisioner::ShowIn(const std::optional<HomeAssistantNames>& home_assistant) {
  Inventory& inventory = folder_.inventory();
  const auto& before = inventory.names.home_assistant;
  if (home_assistant == before) return absl::OkStatus();
  if (before && (!home_assistant || home_assistant->prefix != before->prefix)) {
    inventory.untold.entries.insert(before->prefix);
  }
  if (home_assistant) inventory.untold.entries.erase(home_assistant->prefix);
  inventory.names.home_assistant = home_assistant;
  return folder_.Save();
}

absl::Status Provisioner::WriteBridge(const Identity& identity,
                                      const std::filesystem::path& settings_template) const {
  const auto text = ReadSmallFile(settings_template);
  if (!text.ok()) return text.status();
  const BridgeSettings settings{.site = identity.id,
                                .central_host = inventory().hosts.front(),
                                .central_port = inventory().port,
                                .folder = kSiteFolder,
                                .topic_root = inventory().names.topic_root,
                                .fleet = inventory().names.fleet,
                                .max_packet_size = LimitsFor({}).max_packet_size};
  const auto rendered = RenderBridgeSettings(*text, settings);
  if (!rendered.ok()) return rendered.status();
  return ReplaceFile(OfIdentity(identity) / "bridge.conf", *rendered, kReadableByAll);
}

}  // namespace biglittle
