// Provisioner's ways to the broker: its file, and the commands of the plugin.

#include <fmt/format.h>

#include <system_error>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/provision/broker_reload.h"
#include "cli/provision/list_confirmation.h"
#include "cli/provision/provisioner.h"

namespace biglittle {
namespace {

constexpr char kSecurityFile[] = "dynamic-security.json";
// A page of the plugin's lists; workers' roles name devices.
constexpr std::size_t kLargestAnswer = 64U << 20U;
constexpr Milliseconds kReloadTimeout{3000};
constexpr Milliseconds kReloadPoll{50};

BrokerConfig BrokerOf(const Inventory& inventory, const std::filesystem::path& credentials) {
  BrokerConfig broker;
  broker.host = inventory.hosts.front();
  broker.port = inventory.port;
  broker.tls = TlsConfig{.credentials = credentials};
  broker.max_payload_bytes = kLargestAnswer;
  return broker;
}

}  // namespace

WantedClients Provisioner::Wanted() const {
  WantedClients wanted;
  const std::vector<std::string> devices = inventory().AnsweredDevices();
  for (const auto& [identity, certificates] : inventory().identities) {
    wanted[inventory().NameOf(identity)] = RightsOf(identity, inventory().names, devices);
  }
  return wanted;
}

NewPasswords Provisioner::Passwords() const {
  NewPasswords passwords;
  for (const std::string& name : inventory().untold.passwords) {
    const auto identity = IdentityOf(name, inventory().names.fleet);
    if (!identity || inventory().NameOf(*identity) != name) continue;
    // Gone if the folder was moved away, or not there yet; then a rotation makes one.
    const auto text = ReadSmallFile(OfIdentity(*identity) / "password");
    if (text.ok()) passwords[name] = text->substr(0, text->find('\n'));
  }
  return passwords;
}

absl::StatusOr<BrokerNews> Provisioner::ChangeFile() {
  const std::filesystem::path file = folder_.broker() / kSecurityFile;
  std::string old;
  if (std::error_code error; std::filesystem::exists(file, error)) {
    auto text = ReadSmallFile(file);
    if (!text.ok()) return text.status();
    old = *std::move(text);
  }
  const auto text = FileFor(Wanted(), inventory().names.fleet, old, Passwords());
  if (!text.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", file.string(), std::string(text.status().message())));
  }
  if (*text == old) return BrokerNews{.state = BrokerState::kNotRunning};
  if (auto status = folder_.WriteForBroker(kSecurityFile, *text, kOwnerOnly); !status.ok()) {
    return status;
  }
  return BrokerNews{.state = BrokerState::kNotRunning, .changes = 1};
}

absl::StatusOr<BrokerNews> Provisioner::Synchronise(bool reload) {
  const bool certificates = reload || inventory().untold.certificates;
  // Again even if a command has written it: that one may have been cut short. If it cannot be
  // written, sessions and rights end all the same.
  absl::Status written = certificates ? folder_.WriteRevocationList() : absl::OkStatus();
  // Before anything else: a broker that shows a revoked certificate cannot be spoken to, and whose
  // certificate was revoked must not come back once the session has been ended.
  reloaded_ = certificates && ReloadBroker(folder_.broker() / kSettingsFile, inventory().user);
  auto news = Reach(certificates, reloaded_);
  // The others' copies tell them of a revoked broker only; a revoked device shall not wait for
  // them.
  if (certificates) written.Update(folder_.HandOutRevocationList());
  if (!written.ok() || !news.ok()) return written.ok() ? std::move(news) : written;
  if (news->state == BrokerState::kNotRunning || inventory().untold == Untold()) return news;
  // Who was thrown out comes back by the old certificate until the list is read: once more then.
  const bool again = news->reload_by_hand && !reload;
  folder_.inventory().untold = {.sessions =
                                    again ? inventory().untold.sessions : std::set<std::string>()};
  if (auto status = folder_.Save(); !status.ok()) return status;
  return news;
}

absl::StatusOr<BrokerNews> Provisioner::Reach(bool certificates, bool reloaded) {
  auto channel = OpenChannel(reloaded);
  if (absl::IsNotFound(channel.status())) return ChangeFile();
  if (!channel.ok()) return channel.status();
  BrokerNews news;
  if (auto status = Tell(*channel, news); !status.ok()) return status;
  // After those who wrote it are out.
  PurgeOrder order = PurgeOf(inventory().untold.retained, inventory());
  AddEntriesBelow(inventory().untold.entries, inventory(), order);
  const auto purged = PurgeRetained(order, false, folder_, *channel);
  if (!purged.ok()) return purged.status();
  news.purged = purged->size();
  if (certificates) ++news.changes;
  news.reload_by_hand = certificates && !reloaded;
  if (news.changes > 0) news.state = BrokerState::kTold;
  return news;
}

absl::Status Provisioner::Tell(ControlChannel& channel, BrokerNews& news) {
  const auto clients = channel.ListAll("listClients", "clients");
  if (!clients.ok()) return clients.status();
  const auto roles = channel.ListAll("listRoles", "roles");
  if (!roles.ok()) return roles.status();
  auto commands = CommandsFor(Wanted(), inventory().names.fleet, *clients, *roles, Passwords());
  if (!commands.ok()) return commands.status();
  // The revocation list is looked at when a connection is made, and never again.
  for (const std::string& user : inventory().untold.sessions) {
    const auto identity = IdentityOf(user, inventory().names.fleet);
    const bool is_here = identity && inventory().identities.count(*identity) > 0 &&
                         inventory().NameOf(*identity) == user;
    if (!is_here) continue;
    for (const char* command : {"disableClient", "enableClient"}) {
      commands->push_back({{"command", command}, {"username", user}});
    }
  }
  news.changes = commands->size();
  return channel.Run(*commands).status();
}

absl::StatusOr<std::set<std::string>> Provisioner::Purge(const PurgeOrder& order,
                                                         bool dry_run) const {
  auto channel = OpenChannel(false);
  if (!channel.ok()) return channel.status();
  return PurgeRetained(order, dry_run, folder_, *channel);
}

absl::StatusOr<std::vector<std::string>> Provisioner::ConfirmRevocationList() {
  std::vector<std::string> unconfirmed;
  const auto probe = folder_.ListProbeFiles();
  if (inventory().confirmed_list == inventory().list_number || !probe) return unconfirmed;
  for (const std::string& host : inventory().hosts) {
    BrokerConfig broker = BrokerOf(inventory(), {});
    broker.host = host;
    const std::string why =
        WhyUnconfirmed(broker, *probe, reloaded_ ? kReloadTimeout : Milliseconds(0));
    if (!why.empty()) unconfirmed.push_back(fmt::format("{}:{}: {}", host, broker.port, why));
  }
  if (!unconfirmed.empty()) return unconfirmed;
  folder_.inventory().confirmed_list = inventory().list_number;
  if (auto status = folder_.Save(); !status.ok()) return status;
  return unconfirmed;
}

absl::Status Provisioner::LetInAdministrator(Generation generation) const {
  auto channel = OpenChannel(false);
  if (!channel.ok()) return channel.status();
  const FleetNames& names = inventory().names;
  const WantedClients wanted = {
      {UserName(Administrator(), names.fleet, generation), RightsOf(Administrator(), names)}};
  const nlohmann::json none = nlohmann::json::array();
  const auto commands =
      CommandsFor(wanted, names.fleet, {{"clients", none}}, {{"roles", none}}, {});
  return commands.ok() ? channel->Run(*commands).status() : commands.status();
}

// By the administrator's own listener, which nobody else can fill, if that is on this machine; else
// by the one that all use. A broker that was just told to read its certificates again may take a
// moment to do so.
absl::StatusOr<ControlChannel> Provisioner::OpenChannel(bool reloaded) const {
  const BrokerConfig broker = BrokerOf(inventory(), OfIdentity(Administrator()));
  if (inventory().admin_port != 0) {
    BrokerConfig near = broker;
    near.host = kAdminAddress;
    near.port = inventory().admin_port;
    if (auto channel = ControlChannel::Open(near); channel.ok()) return channel;
  }
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
