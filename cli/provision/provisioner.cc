#include "cli/provision/provisioner.h"

#include <fmt/format.h>

#include <system_error>
#include <thread>
#include <utility>

#include "cli/provision/bridge_settings.h"
#include "cli/provision/broker_reload.h"
#include <nlohmann/json.hpp>

namespace biglittle {
namespace {

const Identity kAdministrator{.role = Role::kAdmin, .id = "admin"};
constexpr char kSecurityFile[] = "dynamic-security.json";
constexpr char kSettingsFile[] = "mosquitto.conf";
constexpr char kSiteFolder[] = "/etc/mosquitto/biglittle";
constexpr Milliseconds kReloadTimeout{3000};
constexpr Milliseconds kReloadPoll{50};

std::chrono::sys_seconds Now() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

absl::Status NotThere(const Identity& identity, const ProvisionFolder& folder) {
  return absl::NotFoundError(fmt::format("there is no {} in {}; 'list' says who is there",
                                         ToString(identity), folder.path().string()));
}

BrokerConfig BrokerOf(const Inventory& inventory, const std::filesystem::path& credentials) {
  BrokerConfig broker;
  broker.host = inventory.hosts.front();
  broker.port = inventory.port;
  broker.tls = TlsConfig{.credentials = credentials};
  return broker;
}

}  // namespace

absl::StatusOr<Provisioner> Provisioner::Init(const std::filesystem::path& folder,
                                              Inventory inventory,
                                              const std::filesystem::path& settings_template,
                                              const BrokerLimits& limits) {
  // Refused before anything is made.
  if (auto status = CheckIdentity(kAdministrator, inventory.names.fleet); !status.ok()) {
    return status;
  }
  auto made = ProvisionFolder::Create(folder, std::move(inventory));
  if (!made.ok()) return made.status();
  Provisioner provisioner(*std::move(made));
  ProvisionFolder& inside = provisioner.folder_;
  if (auto status = inside.IssueBroker(kCertificateValid); !status.ok()) return status;
  if (auto status = inside.WriteRevocationList(); !status.ok()) return status;
  if (auto status = inside.Issue(kAdministrator, kCertificateValid); !status.ok()) return status;
  const auto rendered = provisioner.Render(settings_template, limits);
  if (!rendered.ok()) return rendered.status();
  const auto written = provisioner.ChangeFile();
  if (!written.ok()) return written.status();
  if (auto status = inside.Save(); !status.ok()) return status;
  return provisioner;
}

absl::StatusOr<Provisioner> Provisioner::Open(const std::filesystem::path& folder) {
  auto opened = ProvisionFolder::Open(folder);
  if (!opened.ok()) return opened.status();
  return Provisioner(*std::move(opened));
}

absl::Status Provisioner::Add(const Identity& identity, std::chrono::days valid) {
  if (auto status = CheckIdentity(identity, inventory().names.fleet); !status.ok()) return status;
  if (inventory().identities.count(identity) > 0) {
    return absl::AlreadyExistsError(fmt::format(
        "{} is there already; 'rotate' gives it a new certificate", ToString(identity)));
  }
  if (auto status = folder_.Issue(identity, valid); !status.ok()) return status;
  if (identity.role == Role::kDashboard) {
    auto password = folder_.WritePassword(identity);
    if (!password.ok()) return password.status();
    passwords_[UserName(identity, inventory().names.fleet)] = *std::move(password);
  }
  return folder_.Save();
}

absl::Status Provisioner::RevokeCertificates(std::vector<IssuedCertificate>& certificates) {
  for (const IssuedCertificate& certificate : certificates) {
    folder_.inventory().revoked.push_back({.serial = certificate.serial, .when = Now()});
  }
  certificates.clear();
  reload_wanted_ = true;
  return folder_.WriteRevocationList();
}

absl::Status Provisioner::Revoke(const Identity& identity) {
  const auto found = folder_.inventory().identities.find(identity);
  if (found == folder_.inventory().identities.end()) return NotThere(identity, folder_);
  if (identity == kAdministrator) {
    return absl::FailedPreconditionError(
        "provisioning itself needs the administrator: 'rotate admin --revoke-old' gives it a new "
        "key and revokes the old one");
  }
  std::vector<IssuedCertificate> certificates = std::move(found->second);
  folder_.inventory().identities.erase(found);
  if (auto status = RevokeCertificates(certificates); !status.ok()) return status;
  if (auto status = folder_.Save(); !status.ok()) return status;
  return folder_.RemoveIdentity(identity);
}

absl::Status Provisioner::Rotate(const Identity& identity, std::chrono::days valid,
                                 bool revoke_old) {
  const auto found = folder_.inventory().identities.find(identity);
  if (found == folder_.inventory().identities.end()) return NotThere(identity, folder_);
  std::vector<IssuedCertificate> old =
      revoke_old ? std::move(found->second) : std::vector<IssuedCertificate>();
  if (revoke_old) found->second.clear();
  if (auto status = folder_.Issue(identity, valid); !status.ok()) return status;
  if (identity.role == Role::kDashboard) {
    auto password = folder_.WritePassword(identity);
    if (!password.ok()) return password.status();
    passwords_[UserName(identity, inventory().names.fleet)] = *std::move(password);
  }
  if (revoke_old) {
    if (auto status = RevokeCertificates(old); !status.ok()) return status;
    // The administrator's is taken over by our own connection.
    if (identity != kAdministrator) {
      to_end_.push_back(UserName(identity, inventory().names.fleet));
    }
  }
  return folder_.Save();
}

absl::Status Provisioner::RotateBroker(const std::vector<std::string>& hosts,
                                       std::chrono::days valid, bool revoke_old) {
  std::vector<IssuedCertificate> old;
  if (revoke_old) old = std::exchange(folder_.inventory().broker, {});
  if (!hosts.empty()) folder_.inventory().hosts = hosts;
  if (auto status = folder_.IssueBroker(valid); !status.ok()) return status;
  reload_wanted_ = true;
  if (revoke_old) {
    if (auto status = RevokeCertificates(old); !status.ok()) return status;
  }
  return folder_.Save();
}

absl::StatusOr<bool> Provisioner::Render(const std::filesystem::path& settings_template,
                                         const BrokerLimits& limits) {
  const auto text = ReadSmallFile(settings_template);
  if (!text.ok()) return text.status();
  std::error_code error;
  const auto broker = std::filesystem::absolute(folder_.broker(), error).lexically_normal();
  BrokerSettings settings{.folder = broker, .tls_port = inventory().port};
  if (inventory().websockets_port != 0) settings.websockets_port = inventory().websockets_port;
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

WantedClients Provisioner::Wanted() const {
  WantedClients wanted;
  for (const auto& [identity, certificates] : inventory().identities) {
    wanted[UserName(identity, inventory().names.fleet)] = RightsOf(identity, inventory().names);
  }
  return wanted;
}

absl::StatusOr<BrokerNews> Provisioner::ChangeFile() {
  const std::filesystem::path file = folder_.broker() / kSecurityFile;
  std::string old;
  if (std::error_code error; std::filesystem::exists(file, error)) {
    auto text = ReadSmallFile(file);
    if (!text.ok()) return text.status();
    old = *std::move(text);
  }
  const auto text = FileFor(Wanted(), inventory().names.fleet, old, passwords_);
  if (!text.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", file.string(), std::string(text.status().message())));
  }
  passwords_.clear();
  if (*text == old) return BrokerNews{.state = BrokerState::kUpToDate};
  if (auto status = folder_.WriteForBroker(kSecurityFile, *text, kOwnerOnly); !status.ok()) {
    return status;
  }
  return BrokerNews{.state = BrokerState::kNotRunning, .changes = 1};
}

absl::StatusOr<BrokerNews> Provisioner::Synchronise(bool reload) {
  BrokerNews news;
  reload = reload || reload_wanted_;
  // Before anything else: a broker that shows a revoked certificate cannot be spoken to, and whose
  // certificate was revoked must not come back once the session has been ended.
  const bool reloaded = reload && ReloadBroker(folder_.broker() / kSettingsFile);
  auto channel = OpenChannel(reloaded);
  if (absl::IsNotFound(channel.status())) return ChangeFile();
  if (!channel.ok()) return channel.status();
  const auto clients = channel->ListAll("listClients", "clients");
  if (!clients.ok()) return clients.status();
  const auto roles = channel->ListAll("listRoles", "roles");
  if (!roles.ok()) return roles.status();
  auto commands = CommandsFor(Wanted(), inventory().names.fleet, *clients, *roles, passwords_);
  if (!commands.ok()) return commands.status();
  // The revocation list is looked at when a connection is made, and never again.
  for (const std::string& user : to_end_) {
    for (const char* command : {"disableClient", "enableClient"}) {
      commands->push_back({{"command", command}, {"username", user}});
    }
  }
  const auto answers = channel->Run(*commands);
  if (!answers.ok()) return answers.status();
  passwords_.clear();
  to_end_.clear();
  reload_wanted_ = false;
  news.changes = commands->size() + (reload ? 1 : 0);
  news.reload_by_hand = reload && !reloaded;
  if (news.changes > 0) news.state = BrokerState::kTold;
  return news;
}

// A broker that was just told to read its certificates again may take a moment to do so.
absl::StatusOr<ControlChannel> Provisioner::OpenChannel(bool reloaded) const {
  const BrokerConfig broker = BrokerOf(inventory(), OfIdentity(kAdministrator));
  const SteadyTime deadline = std::chrono::steady_clock::now() + kReloadTimeout;
  for (;;) {
    auto channel = ControlChannel::Open(broker);
    if (!reloaded || !absl::IsUnavailable(channel.status()) ||
        std::chrono::steady_clock::now() >= deadline) {
      return channel;
    }
    std::this_thread::sleep_for(kReloadPoll);
  }
}

}  // namespace biglittle
