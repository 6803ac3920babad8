#include "cli/provision/broker_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>

#include "cli/check/broker_file.h"
#include "core/host_name.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::string_view kShippedFolder = "/etc/mosquitto/biglittle/";
constexpr std::string_view kOnLoopback = " 127.0.0.1";

absl::Status CheckSettings(const BrokerSettings& settings) {
  if (absl::Status status = CheckBrokerFolder("the broker's folder", settings.folder.string());
      !status.ok()) {
    return status;
  }
  if (!IsIdentifier(settings.user)) {
    return absl::InvalidArgumentError(fmt::format(
        "the broker's user must be a user name of this machine, not {}", Quoted(settings.user)));
  }
  if (settings.bind_address && !IsHost(*settings.bind_address)) {
    return absl::InvalidArgumentError(
        fmt::format("the broker's address must be an IP address or "
                    "a host name, not {}{}",
                    Quoted(*settings.bind_address), HostMend(*settings.bind_address)));
  }
  const std::set<std::optional<std::uint16_t>> ports{settings.tls_port, settings.websockets_port,
                                                     settings.admin_port};
  const std::size_t wanted =
      1U + (settings.websockets_port ? 1 : 0) + (settings.admin_port ? 1 : 0);
  if (ports.count(0) > 0 || ports.size() - ports.count(std::nullopt) != wanted) {
    return absl::InvalidArgumentError(
        "the broker's TLS, websockets and administrator's ports must be different numbers from 1 "
        "to "
        "65535");
  }
  return absl::OkStatus();
}

// Directive -> its value, for those that stand once in the file.
std::map<std::string_view, std::string> ValuesOf(const BrokerSettings& settings) {
  const BrokerLimits& limits = settings.limits;
  return {{"user", settings.user},
          {"pid_file", (settings.folder / "mosquitto.pid").string()},
          {"persistence_location", (settings.folder / "").string()},
          {"max_connections", fmt::to_string(limits.max_connections)},
          {"max_inflight_messages", fmt::to_string(limits.max_inflight_messages)},
          {"max_queued_messages", fmt::to_string(limits.max_queued_messages)},
          {"max_queued_bytes", fmt::to_string(limits.max_queued_bytes)},
          {"max_packet_size", fmt::to_string(limits.max_packet_size)}};
}

absl::Status Lacks(std::string_view what) {
  return absl::InvalidArgumentError(fmt::format(
      "the broker's template lacks {}: take broker_config/production.conf as shipped", what));
}

// Index of the line `listener` that opens the websockets listener; lines.size() if there is none.
std::size_t WebsocketsListener(const BrokerLines& lines) {
  std::size_t listener = lines.size();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].directive == "listener") listener = i;
    if (lines[i] == BrokerLine{"protocol", "websockets"}) return listener;
  }
  return lines.size();
}

// Index of the line `listener` of the administrator, which is the one on loopback.
std::size_t AdminListener(const BrokerLines& lines) {
  const auto found = std::ranges::find_if(lines, [](const BrokerLine& line) {
    return line.directive == "listener" && line.value.ends_with(kOnLoopback);
  });
  return static_cast<std::size_t>(found - lines.begin());
}

// Removes the section that begins at `first`, with the comment above it, up to that of the next
// one.
void RemoveSection(BrokerLines& lines, std::size_t first) {
  std::size_t last = first + 1;
  while (last < lines.size() && lines[last].directive != "listener") ++last;
  while (last < lines.size() && lines[last - 1].directive.empty()) --last;
  while (first > 0 && lines[first - 1].directive.empty()) --first;
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(first),
              lines.begin() + static_cast<std::ptrdiff_t>(last));
}

// The listeners beside the first one; false if the template lacks the one.
bool SetListener(BrokerLines& lines, std::size_t at, std::optional<std::uint16_t> port,
                 std::string_view address) {
  if (at == lines.size()) return false;
  if (port) {
    lines[at].value = fmt::format("{}{}", *port, address);
  } else {
    RemoveSection(lines, at);
  }
  return true;
}

// The listener that is neither of these; false if there is none.
bool SetTlsListener(BrokerLines& lines, const BrokerSettings& settings) {
  const std::size_t websockets = WebsocketsListener(lines);
  const std::size_t admin = AdminListener(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].directive != "listener" || i == websockets || i == admin) continue;
    lines[i].value = settings.bind_address
                         ? fmt::format("{} {}", settings.tls_port, *settings.bind_address)
                         : fmt::to_string(settings.tls_port);
    return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::string> RenderBrokerSettings(std::string_view template_text,
                                                 const BrokerSettings& settings) {
  if (absl::Status status = CheckSettings(settings); !status.ok()) return status;
  BrokerLines lines = ReadBrokerLines(template_text);
  if (!SetListener(lines, WebsocketsListener(lines), settings.websockets_port, "")) {
    return Lacks("a listener with 'protocol websockets'");
  }
  if (!SetListener(lines, AdminListener(lines), settings.admin_port, kOnLoopback)) {
    return Lacks("a listener on 127.0.0.1");
  }
  // Last: its address may be loopback too.
  if (!SetTlsListener(lines, settings)) return Lacks("a listener for TLS");

  std::map<std::string_view, std::string> values = ValuesOf(settings);
  for (auto& [directive, value] : lines) {
    if (const auto found = values.find(directive); found != values.end()) {
      value = found->second;
      values.erase(found);
    } else if (!directive.empty() && value.starts_with(kShippedFolder)) {
      value = (settings.folder / value.substr(kShippedFolder.size())).string();
    }
  }
  if (!values.empty()) return Lacks(fmt::format("the line '{}'", values.begin()->first));
  return WriteBrokerLines(lines);
}

}  // namespace biglittle
