#include "cli/provision/broker_settings.h"

#include <fmt/format.h>

#include <cstddef>
#include <map>

#include "cli/broker_file.h"

#include "core/host_name.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::string_view kShippedFolder = "/etc/mosquitto/biglittle/";

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
  if (settings.tls_port == 0 || settings.websockets_port == 0 ||
      settings.websockets_port == settings.tls_port) {
    return absl::InvalidArgumentError(
        "the broker's TLS and websockets ports must be two numbers from 1 to 65535");
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

// Removes the section that begins at `first`, with the comment above it, up to the end.
void RemoveSection(BrokerLines& lines, std::size_t first) {
  while (first > 0 && lines[first - 1].directive.empty()) --first;
  lines.resize(first);
}

std::string TlsListener(const BrokerSettings& settings) {
  if (!settings.bind_address) return fmt::to_string(settings.tls_port);
  return fmt::format("{} {}", settings.tls_port, *settings.bind_address);
}

}  // namespace

absl::StatusOr<std::string> RenderBrokerSettings(std::string_view template_text,
                                                 const BrokerSettings& settings) {
  if (absl::Status status = CheckSettings(settings); !status.ok()) return status;
  BrokerLines lines = ReadBrokerLines(template_text);
  const std::size_t websockets = WebsocketsListener(lines);
  if (websockets == lines.size()) return Lacks("a listener with 'protocol websockets'");
  if (settings.websockets_port) {
    lines[websockets].value = fmt::to_string(*settings.websockets_port);
  } else {
    RemoveSection(lines, websockets);
  }

  std::map<std::string_view, std::string> values = ValuesOf(settings);
  bool has_tls = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto& [directive, value] = lines[i];
    if (const auto found = values.find(directive); found != values.end()) {
      value = found->second;
      values.erase(found);
    } else if (directive == "listener" && i != websockets) {
      value = TlsListener(settings);
      has_tls = true;
    } else if (!directive.empty() && value.starts_with(kShippedFolder)) {
      value = (settings.folder / value.substr(kShippedFolder.size())).string();
    }
  }
  if (!has_tls) return Lacks("a listener for TLS");
  if (!values.empty()) return Lacks(fmt::format("the line '{}'", values.begin()->first));
  return WriteBrokerLines(lines);
}

}  // namespace biglittle
