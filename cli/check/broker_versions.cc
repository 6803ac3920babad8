#include "cli/check/broker_versions.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "core/text.h"

namespace biglittle {
namespace {

struct Deprecated {
  std::string_view directive;
  std::string_view instead;
};
constexpr Deprecated kDeprecated[] = {
    {"acl_file",
     "an error in it ends 2.1 at a reload; use the dynamic security plugin, which knows %c and %u "
     "there"},
    {"password_file",
     "an error in it ends 2.1 at a reload; use the dynamic security plugin, or 2.1's for password "
     "files"},
    {"per_listener_settings", "2.1 has 'listener_allow_anonymous' and a listener's own plugins"},
};

constexpr std::string_view kSince21[] = {
    "accept_protocol_versions", "bridge_receive_maximum",          "bridge_session_expiry_interval",
    "bridge_tls_use_os_certs",  "disable_client_cert_date_checks", "enable_control_api",
    "global_max_clients",       "global_max_connections",          "global_plugin",
    "listener_allow_anonymous", "listener_auto_id_prefix",         "websockets_origin"};

// Files that 2.1 opens without following a link.
constexpr std::string_view kSensitiveFiles[] = {"acl_file",
                                                "password_file",
                                                "psk_file",
                                                "plugin_opt_acl_file",
                                                "plugin_opt_config_file",
                                                "plugin_opt_password_file"};

template <std::size_t kSize>
bool Contains(const std::string_view (&names)[kSize], std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

std::optional<std::string> DeprecationOf(const BrokerLine& line) {
  const auto found = std::ranges::find(kDeprecated, line.directive, &Deprecated::directive);
  if (found == std::end(kDeprecated)) return std::nullopt;
  return fmt::format("'{}' is deprecated since Mosquitto 2.1, and goes with 3.0: {}",
                     found->directive, found->instead);
}

void Remark(int at, const BrokerLine& line, const IsLink& is_link,
            std::vector<VersionRemark>& remarks) {
  if (auto text = DeprecationOf(line)) remarks.push_back({at, *std::move(text)});
  if (Contains(kSince21, line.directive)) {
    remarks.push_back({at, fmt::format("'{}' is new in Mosquitto 2.1: 2.0, which Debian 12 and 13 "
                                       "have, does not start with it",
                                       line.directive)});
  }
  if (Contains(kSensitiveFiles, line.directive) && is_link(line.value)) {
    remarks.push_back(
        {at, fmt::format("{} of '{}' is a link, as Kubernetes mounts secrets: Mosquitto 2.1 "
                         "refuses it unless MOSQUITTO_UNSAFE_ALLOW_SYMLINKS is set (since 2.1.1); "
                         "name the file itself, or copy it at the start",
                         Quoted(line.value), line.directive)});
  }
}

}  // namespace

std::vector<VersionRemark> RemarksOnVersions(const BrokerSections& sections,
                                             const IsLink& is_link) {
  std::vector<VersionRemark> remarks;
  if (!sections.is_part && !sections.broker.Has("max_packet_size")) {
    remarks.push_back({0,
                       "no 'max_packet_size': Mosquitto 2.0 takes 256 MiB, 2.1 ends connections "
                       "that send more than 2,000,000 bytes; write the fleet's "
                       "'broker.max_payload_bytes' and 4096 more"});
  }
  const auto look = [&](const BrokerSection& section) {
    for (const auto& [at, line] : section.lines()) Remark(at, line, is_link, remarks);
  };
  look(sections.broker);
  for (const auto* parts : {&sections.listeners, &sections.bridges}) {
    for (const BrokerSection& part : *parts) look(part);
  }
  std::ranges::stable_sort(remarks, {}, &VersionRemark::line);
  return remarks;
}

}  // namespace biglittle
