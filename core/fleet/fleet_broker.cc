#include "core/fleet/fleet_broker.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/fleet/fleet_hosts.h"
#include "core/text.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxUsernameBytes = 1024;
constexpr std::array<Choice<bool>, 2> kRevocation{{
    {true, "check",
     "`ca.pem` holds the revocation list of each authority as well, and a broker whose certificate "
     "is on it is refused"},
    {false, "off", "nobody looks"},
}};

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

void ReadCredentials(const YamlNode& node, std::optional<std::filesystem::path>& target,
                     Problems& problems) {
  target = ReadPath(node, "credentials", problems);
  if (!target) return;
  if (const auto unknown = UnknownPlaceholder(node.text)) {
    problems.Add(node, fmt::format("'credentials' must be a folder in which {{role}} and {{id}} "
                                   "may stand, not {}",
                                   Quoted(*unknown)));
  }
}

const KeyTable<TlsConfig>& TlsKeys() {
  static const KeyTable<TlsConfig> keys(
      "tls", "TLS, with a certificate of the program's own",
      {KeyReadBy("credentials", &TlsConfig::credentials, ReadCredentials,
                 {TextShape{.what = "folder",
                            .pattern = "^([^{}\n]|\\{role\\}|\\{id\\})+$",
                            .longest = kMaxPathBytes}},
                 {.help = "holds `ca.pem`, `client.crt` and `client.key`; `{role}` in it becomes "
                          "`device`, `worker`, `dashboard` or `operator`, `{id}` the program's own "
                          "id (`watch --as ID` for a dashboard, `control --as ID` for an operator)",
                  .absent = "the environment variable `BIGLITTLE_CREDENTIALS`, else systemd's "
                            "`CREDENTIALS_DIRECTORY`"}),
       ChoiceKey("revocation", &TlsConfig::check_revocation, kRevocation,
                 {.help = "whether a broker whose certificate its authority has revoked is "
                          "refused"})});
  return keys;
}

void ReadUsername(const YamlNode& node, std::optional<std::string>& target, Problems& problems) {
  target = ReadLine(node, "username", kMaxUsernameBytes, problems);
  if (target && FirstInvisible(*target)) {
    problems.Add(node,
                 fmt::format("'username' has a character that nobody sees: {}", Quoted(*target)));
  }
}

void CheckLogin(MapReader& map) {
  const YamlNode* username = map.Find("username");
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

void CheckReconnect(MapReader& map, const BrokerConfig& broker) {
  if (broker.reconnect_delay_max >= broker.reconnect_delay_min) return;
  const YamlNode* place = map.Find("reconnect_delay_max_ms");
  if (place == nullptr) place = map.Find("reconnect_delay_min_ms");
  map.problems().Add(
      *place, fmt::format("'reconnect_delay_max_ms' ({}) must be at least "
                          "'reconnect_delay_min_ms' ({})",
                          broker.reconnect_delay_max.count(), broker.reconnect_delay_min.count()));
}

void CheckBroker(MapReader& map, BrokerConfig& broker) {
  if (broker.tls && map.Find("port") == nullptr) broker.port = kTlsPort;
  if (broker.tls && broker.host.find(':') != std::string::npos) {
    // Paho compares the certificate with the address in brackets, which never fits.
    map.problems().Add(*map.Find("host"),
                       "'host' must be a host name or an IPv4 address where 'tls' is on");
  }
  CheckLogin(map);
  CheckReconnect(map, broker);
}

}  // namespace

const KeyTable<BrokerConfig>& BrokerKeys() {
  using Broker = BrokerConfig;
  static const KeyTable<Broker> keys(
      "broker", "the MQTT broker, and how devices and workers deal with it",
      {HostKey(&Broker::host,
               {.help = "without scheme, port, brackets or a dot at its end; with `tls` no IPv6 "
                        "address"}),
       SectionKey("tls", &Broker::tls, TlsKeys(),
                  {.absent = "in the clear", .range = "map, may be empty (`{}`)"}),
       WholeKey("port", &Broker::port, kPorts,
                {.help = fmt::format("TCP port; with `tls` and without this key `{}`", kTlsPort)}),
       WholeKey("keep_alive_s", &Broker::keep_alive, {1, 3600}, {.help = "MQTT keep-alive"}),
       WholeKey("session_expiry_s", &Broker::session_expiry, {0, 604'800},
                {.help = "how long the broker keeps the session of a client that is away"}),
       WholeKey("connect_timeout_ms", &Broker::connect_timeout, {100, 60'000},
                {.help = "for one attempt to connect"}),
       WholeKey("reconnect_delay_min_ms", &Broker::reconnect_delay_min, {10, 60'000},
                {.help = "wait before the first attempt to reconnect; doubles with each failure"}),
       WholeKey("reconnect_delay_max_ms", &Broker::reconnect_delay_max, {10, 600'000},
                {.help = "the longest such wait; at least `reconnect_delay_min_ms`"}),
       WholeKey("max_payload_bytes", &Broker::max_payload_bytes, {1024, 64 << 20},
                {.help = "largest message, both directions"}),
       WholeKey("max_backlog_messages", &Broker::max_backlog_messages, {1, 1'000'000},
                {.help = "may wait to be published; beyond it they are refused and counted",
                 .unit = "messages"}),
       WholeKey("max_in_flight_messages", &Broker::max_in_flight_messages, {1, 65'535},
                {.help = "published and not yet acknowledged", .unit = "messages"}),
       KeyReadBy("username", &Broker::username, ReadUsername,
                 {TextShape{.what = fmt::format("text, {} bytes", kMaxUsernameBytes),
                            .pattern = "",
                            .longest = kMaxUsernameBytes}},
                 {.help = "for a broker that asks for a password", .absent = "none"}),
       PathKey("password_file", &Broker::password_file, "file",
               {.help = "its first line is the password of `username`, as that of the variable is; "
                        "only its owner may read it. A password in the fleet file or on a command "
                        "line is not possible",
                .absent = fmt::format("the environment variable `{}`", kPasswordVariable)})},
      CheckBroker);
  return keys;
}

}  // namespace biglittle
