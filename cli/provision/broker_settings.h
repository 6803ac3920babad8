// broker_config/production.conf, made to fit a fleet and a machine. The shipped file stays the only
// source: it is a Mosquitto configuration that works by itself, and rendering replaces values of
// its lines by the directive's name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "cli/provision/broker_limits.h"

namespace biglittle {

struct BrokerSettings {
  // Absolute. Holds ca.crt, crl.pem, server.crt, server.key and dynamic-security.json, and gets
  // mosquitto.pid and mosquitto.db: `user` must be able to write it.
  std::filesystem::path folder;
  std::uint16_t tls_port = 8883;
  std::optional<std::uint16_t> websockets_port;  // absent: no such listener
  std::optional<std::uint16_t> admin_port;  // absent: the administrator has no listener of its own
  // Of the TLS listener, an address or a name of this machine; absent: all. The websockets listener
  // has none: Mosquitto 2.0.11 listens on all there whatever is written.
  std::optional<std::string> bind_address;
  std::string user = "mosquitto";  // of the operating system
  BrokerLimits limits;
};

// `template_text` with
//   listener               the ports; without websockets_port or admin_port that listener goes,
//   with
//                          the comment right above it
//   */biglittle/FILE       folder/FILE, whatever the directive
//   pid_file, persistence_location, user, and the six of BrokerLimits.
// Comments and all other lines stay. InvalidArgument: a setting that cannot be written into such a
// file, or a template that lacks one of these lines. Pure.
absl::StatusOr<std::string> RenderBrokerSettings(std::string_view template_text,
                                                 const BrokerSettings& settings);

}  // namespace biglittle
