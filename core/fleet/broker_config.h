// `broker` of a fleet file. What each may be: core/fleet/fleet_broker.cc.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/clock.h"

namespace biglittle {

// How the program and the broker prove to each other who they are.
struct TlsConfig {
  // Folder with ca.pem, client.crt and client.key; `{role}` and `{id}` in it stand for the
  // program's own. Absent: the environment names it (wire/tls/credentials.h).
  std::optional<std::filesystem::path> credentials;
  // A broker whose certificate its authority has revoked is refused.
  bool check_revocation = true;

  bool operator==(const TlsConfig&) const = default;
};

struct BrokerConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;  // with `tls` kTlsPort where the file names none
  std::chrono::seconds keep_alive{20};
  std::chrono::seconds session_expiry{60};
  Milliseconds connect_timeout{5000};
  Milliseconds reconnect_delay_min{100};  // doubles with each failure
  Milliseconds reconnect_delay_max{5000};
  std::size_t max_payload_bytes = 1U << 20U;  // both directions
  std::size_t max_backlog_messages = 10000;   // waiting to be published
  std::size_t max_in_flight_messages = 256;   // published, not yet acknowledged
  std::optional<TlsConfig> tls;               // absent: in the clear
  std::optional<std::string> username;        // absent: none
  // Holds the password of `username`. Absent: the environment has it (kPasswordVariable).
  std::optional<std::filesystem::path> password_file;

  // It has keys or a password, which no core dump should show.
  bool has_secrets() const { return tls || username; }
  bool operator==(const BrokerConfig&) const = default;
};

}  // namespace biglittle
