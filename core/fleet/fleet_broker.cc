#include "core/fleet/fleet_broker.h"

#include <fmt/format.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/fleet/fleet_devices.h"
#include "core/fleet/fleet_hosts.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxUsernameBytes = 1024;

// The first `{...}` that is neither {role} nor {id}, or the first brace without its fellow.
std::optional<std::string_view> UnknownPlaceholder(std::string_view text) {
  while (true) {
    const std::size_t begin = text.find_first_of("{}");
    if (begin == std::string_view::npos) return std::nullopt;
    const std::size_t end = text.find('}', begin);
    const std::string_view found = text.substr(
        begin, end == std::string_view::npos ? std::string_view::npos : end - begin + 1);
    if (found != "{role}" && found != "{id}") return found;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::filesystem::path> ReadPath(MapReader& map, std::string_view key,
                                              const std::filesystem::path& base) {
  const YamlNode* node = map.Find(key);
  if (node == nullptr) return std::nullopt;
  const auto text = ReadLine(*node, key, kMaxPathBytes, map.problems());
  if (!text) return std::nullopt;
  return (base / *text).lexically_normal();
}

TlsConfig ReadTls(const YamlNode& node, const std::filesystem::path& base, Problems& problems) {
  TlsConfig tls;
  MapReader map(node, "tls", problems);
  tls.credentials = ReadPath(map, "credentials", base);
  if (tls.credentials) {
    const YamlNode& place = *map.Find("credentials");
    if (const auto unknown = UnknownPlaceholder(place.text)) {
      problems.Add(place, fmt::format("'credentials' must be a folder in which {{role}} and {{id}} "
                                      "may stand, not {}",
                                      Quoted(*unknown)));
    }
  }
  if (const YamlNode* revocation = map.Find("revocation")) {
    const auto choice = ReadChoice(*revocation, "revocation", {"check", "off"}, problems);
    if (choice) tls.check_revocation = *choice == 0;
  }
  map.Finish();
  return tls;
}

void ReadLogin(MapReader& map, const std::filesystem::path& base, BrokerConfig& broker) {
  const YamlNode* username = map.Find("username");
  if (username != nullptr) {
    broker.username = ReadLine(*username, "username", kMaxUsernameBytes, map.problems());
    if (broker.username && FirstInvisible(*broker.username)) {
      map.problems().Add(*username, fmt::format("'username' has a character that nobody sees: {}",
                                                Quoted(*broker.username)));
    }
  }
  broker.password_file = ReadPath(map, "password_file", base);
  const YamlNode* file = map.Find("password_file");
  if (username == nullptr && file != nullptr) {
    map.problems().Add(*file, "'password_file' is of no use without a 'username'");
  }
  if (username != nullptr && file == nullptr && std::getenv(kPasswordVariable) == nullptr) {
    map.problems().Add(*username, fmt::format("'username' has no password: name its file by "
                                              "'password_file', or set {} in the environment",
                                              kPasswordVariable));
  }
}

}  // namespace

BrokerConfig ReadBroker(const YamlNode& node, const std::filesystem::path& base,
                        Problems& problems) {
  BrokerConfig broker;
  MapReader map(node, "broker", problems);
  GetHost(map, broker.host);
  if (const YamlNode* tls = map.Find("tls")) {
    broker.tls = ReadTls(*tls, base, problems);
    broker.port = kTlsPort;
  }
  if (broker.tls && broker.host.find(':') != std::string::npos) {
    // Paho compares the certificate with the address in brackets, which never fits.
    problems.Add(*map.Find("host"),
                 "'host' must be a host name or an IPv4 address where 'tls' is on");
  }
  map.GetWhole("port", {1, 65'535}, broker.port);
  map.GetDuration("keep_alive_s", {1, 3600}, broker.keep_alive);
  map.GetDuration("session_expiry_s", {0, 604'800}, broker.session_expiry);
  map.GetDuration("connect_timeout_ms", {100, 60'000}, broker.connect_timeout);
  map.GetDuration("reconnect_delay_min_ms", {10, 60'000}, broker.reconnect_delay_min);
  map.GetDuration("reconnect_delay_max_ms", {10, 600'000}, broker.reconnect_delay_max);
  map.GetWhole("max_payload_bytes", {1024, 64 << 20}, broker.max_payload_bytes);
  map.GetWhole("max_backlog_messages", {1, 1'000'000}, broker.max_backlog_messages);
  map.GetWhole("max_in_flight_messages", {1, 65'535}, broker.max_in_flight_messages);
  ReadLogin(map, base, broker);
  if (broker.reconnect_delay_max < broker.reconnect_delay_min) {
    const YamlNode* place = map.Find("reconnect_delay_max_ms");
    if (place == nullptr) place = map.Find("reconnect_delay_min_ms");
    problems.Add(*place, fmt::format("'reconnect_delay_max_ms' ({}) must be at least "
                                     "'reconnect_delay_min_ms' ({})",
                                     broker.reconnect_delay_max.count(),
                                     broker.reconnect_delay_min.count()));
  }
  map.Finish();
  return broker;
}

}  // namespace biglittle
