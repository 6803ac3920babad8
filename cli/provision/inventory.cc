#include "cli/provision/inventory.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/date_time.h"

namespace biglittle {
namespace {

using nlohmann::json;

// 1 knew no generations and no tombstones.
constexpr int kVersion = 2;
constexpr int kOldestVersion = 1;
// The plugin tries one after the other for each reply: 7 us for the last of 200, 27 us for that of
// 1000, beside 4 us for a small message as a whole (measured on Mosquitto 2.0.11).
constexpr std::size_t kMostNamedDevices = 100;

std::int64_t SecondsOf(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

std::chrono::sys_seconds TimeOf(const json& seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds.get<std::int64_t>()));
}

json ToArray(const std::vector<IssuedCertificate>& certificates) {
  json array = json::array();
  for (const IssuedCertificate& one : certificates) {
    array.push_back({{"serial", one.serial}, {"not_after", SecondsOf(one.not_after)}});
  }
  return array;
}

std::vector<IssuedCertificate> CertificatesOf(const json& array) {
  std::vector<IssuedCertificate> certificates;
  for (const json& one : array) {
    certificates.push_back(
        {.serial = one.at("serial").get<std::string>(), .not_after = TimeOf(one.at("not_after"))});
  }
  if (certificates.empty()) throw std::invalid_argument("somebody in it has no certificate");
  return certificates;
}

Identity IdentityFrom(const json& entry) {
  const auto role = RoleOf(entry.at("role").get<std::string>());
  if (!role) throw std::invalid_argument("an identity has an unknown role");
  return {.role = *role, .id = entry.at("id").get<std::string>()};
}

json ToObject(const Identity& identity) {
  return {{"role", RoleName(identity.role)}, {"id", identity.id}};
}

json ToObject(const std::optional<HomeAssistantNames>& names) {
  if (!names) return nullptr;
  return {{"prefix", names->prefix},
          {"birth_topic", names->birth_topic},
          {"steering", names->steering}};
}

// Null, as in folders of before: none.
std::optional<HomeAssistantNames> HomeAssistantFrom(const json& object) {
  if (object.is_null()) return std::nullopt;
  return HomeAssistantNames{object.at("prefix").get<std::string>(),
                            object.at("birth_topic").get<std::string>(),
                            object.at("steering").get<bool>()};
}

json With(json object, const char* key, json value) {
  object[key] = std::move(value);
  return object;
}

// Empty where the key is missing, as in folders of earlier versions.
std::set<std::string> NamesOf(const json& object, const char* key) {
  return object.value(key, json::array()).get<std::set<std::string>>();
}

void ReadGenerations(const json& root, Inventory& inventory) {
  inventory.first_generation = root.at("first_generation").get<Generation>();
  for (const json& entry : root.at("generations")) {
    inventory.generations[IdentityFrom(entry)] = entry.at("generation").get<Generation>();
  }
  for (const json& entry : root.at("tombstones")) {
    inventory.tombstones[IdentityFrom(entry)] = TimeOf(entry.at("when"));
  }
  const json& probe = root.at("probe");
  inventory.probe = {.serial = probe.at("serial").get<std::string>(),
                     .list = probe.at("list").get<std::uint64_t>()};
  inventory.confirmed_list = root.at("confirmed_list").get<std::uint64_t>();
}

// A folder of version 1 says that keys were revoked and not whose: whoever is let in from now on
// may be one of them. Who is there keeps his name. The list goes out once more, with a probe.
void ReadWithoutGenerations(Inventory& inventory) {
  inventory.confirmed_list = inventory.list_number;
  if (inventory.revoked.empty()) return;
  inventory.first_generation = kFirstGeneration + 1;
  for (const auto& [identity, certificates] : inventory.identities) {
    inventory.generations[identity] = kFirstGeneration;
  }
  ++inventory.list_number;
  inventory.untold.certificates = true;
}

Inventory Read(const json& root) {
  Inventory inventory;
  inventory.names = {.topic_root = root.at("topic_root").get<std::string>(),
                     .fleet = root.at("fleet").get<std::string>(),
                     .worker_group = root.at("worker_group").get<std::string>(),
                     .home_assistant = HomeAssistantFrom(root.value("home_assistant", json()))};
  inventory.hosts = root.at("hosts").get<std::vector<std::string>>();
  inventory.port = root.at("port").get<std::uint16_t>();
  inventory.websockets_port = root.at("websockets_port").get<std::uint16_t>();
  inventory.bind_address = root.at("bind_address").get<std::string>();
  inventory.user = root.at("user").get<std::string>();
  inventory.admin_port = root.value("admin_port", std::uint16_t{0});
  inventory.broker = CertificatesOf(root.at("broker"));
  for (const json& entry : root.at("identities")) {
    inventory.identities.emplace(IdentityFrom(entry), CertificatesOf(entry.at("certificates")));
  }
  for (const json& entry : root.at("revoked")) {
    inventory.revoked.push_back(
        {.serial = entry.at("serial").get<std::string>(), .when = TimeOf(entry.at("when"))});
  }
  inventory.list_number = root.at("list_number").get<std::uint64_t>();
  const json untold = root.value("untold", json::object());
  inventory.untold = {.certificates = untold.value("certificates", false),
                      .sessions = NamesOf(untold, "sessions"),
                      .passwords = NamesOf(untold, "passwords"),
                      .retained = {},
                      .entries = NamesOf(untold, "entries")};
  for (const json& entry : untold.value("retained", json::array())) {
    inventory.untold.retained.insert(IdentityFrom(entry));
  }
  inventory.unfinished = NamesOf(root, "unfinished");
  if (root.at("version").get<int>() == kOldestVersion) {
    ReadWithoutGenerations(inventory);
  } else {
    ReadGenerations(root, inventory);
  }
  return inventory;
}

}  // namespace

Generation Inventory::GenerationOf(const Identity& identity) const {
  const auto found = generations.find(identity);
  return found == generations.end() ? first_generation : found->second;
}

std::vector<std::string> Inventory::AnsweredDevices() const {
  std::vector<std::string> devices;
  for (const auto& [identity, certificates] : identities) {
    // The devices of a site are known there.
    if (identity.role == Role::kBridge) return {kAnyDevice};
    if (identity.role == Role::kDevice) devices.push_back(identity.id);
  }
  return devices.size() > kMostNamedDevices ? std::vector<std::string>{kAnyDevice} : devices;
}

std::string Inventory::NameOf(const Identity& identity) const {
  return UserName(identity, names.fleet, GenerationOf(identity));
}

FleetNames NamesOf(const FleetConfig& fleet) {
  FleetNames names{
      .topic_root = fleet.topic_root, .fleet = fleet.fleet, .worker_group = fleet.worker_group};
  if (const auto& shown = fleet.home_assistant) {
    names.home_assistant = {shown->prefix, shown->BirthTopic(), shown->steering};
  }
  return names;
}

Inventory InventoryOf(const FleetConfig& fleet) {
  Inventory inventory;
  inventory.names = NamesOf(fleet);
  inventory.hosts = {fleet.broker.host};
  inventory.port = fleet.broker.port;
  return inventory;
}

std::string ToJson(const Inventory& inventory) {
  json identities = json::array();
  for (const auto& [identity, certificates] : inventory.identities) {
    identities.push_back(With(ToObject(identity), "certificates", ToArray(certificates)));
  }
  json revoked = json::array();
  for (const RevokedSerial& entry : inventory.revoked) {
    revoked.push_back({{"serial", entry.serial}, {"when", SecondsOf(entry.when)}});
  }
  json generations = json::array();
  for (const auto& [identity, generation] : inventory.generations) {
    generations.push_back(With(ToObject(identity), "generation", generation));
  }
  json tombstones = json::array();
  for (const auto& [identity, when] : inventory.tombstones) {
    tombstones.push_back(With(ToObject(identity), "when", SecondsOf(when)));
  }
  json retained = json::array();
  for (const Identity& identity : inventory.untold.retained) retained.push_back(ToObject(identity));
  const json root = {
      {"version", kVersion},
      {"fleet", inventory.names.fleet},
      {"topic_root", inventory.names.topic_root},
      {"worker_group", inventory.names.worker_group},
      {"home_assistant", ToObject(inventory.names.home_assistant)},
      {"hosts", inventory.hosts},
      {"port", inventory.port},
      {"websockets_port", inventory.websockets_port},
      {"admin_port", inventory.admin_port},
      {"bind_address", inventory.bind_address},
      {"user", inventory.user},
      {"broker", ToArray(inventory.broker)},
      {"identities", std::move(identities)},
      {"revoked", std::move(revoked)},
      {"list_number", inventory.list_number},
      {"confirmed_list", inventory.confirmed_list},
      {"probe", {{"serial", inventory.probe.serial}, {"list", inventory.probe.list}}},
      {"first_generation", inventory.first_generation},
      {"generations", std::move(generations)},
      {"tombstones", std::move(tombstones)},
      {"untold",
       {{"certificates", inventory.untold.certificates},
        {"sessions", inventory.untold.sessions},
        {"passwords", inventory.untold.passwords},
        {"entries", inventory.untold.entries},
        {"retained", std::move(retained)}}},
      {"unfinished", inventory.unfinished}};
  return root.dump(2) + "\n";
}

absl::StatusOr<Inventory> ParseInventory(std::string_view text) {
  try {
    const json root = json::parse(text);
    const int version = root.at("version").get<int>();
    if (version < kOldestVersion || version > kVersion) {
      return absl::InvalidArgumentError(
          fmt::format("it is of version {}, and this program knows versions {} to {}", version,
                      kOldestVersion, kVersion));
    }
    Inventory inventory = Read(root);
    if (inventory.hosts.empty()) return absl::InvalidArgumentError("it names no broker host");
    return inventory;
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

std::string DayOf(std::chrono::sys_seconds time) {
  return fmt::format("{:%Y-%m-%d}", CalendarOf(time));
}

}  // namespace biglittle
