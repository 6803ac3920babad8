// What a program shows the broker to prove who it is, and what it holds the broker's certificate
// against. Resolved from the fleet file and the environment, and checked before anything connects.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/fleet/broker_config.h"

namespace biglittle::wire {

enum class Role : std::uint8_t { kDevice, kWorker, kDashboard, kOperator };

// "device", "worker", "dashboard", "operator": what {role} stands for.
std::string_view Name(Role role);

struct Identity {
  Role role = Role::kDashboard;
  std::string id;  // what {id} stands for; may be empty where the fleet file does not ask for it
};

// Of one folder, under fixed names.
struct TlsFiles {
  std::filesystem::path authority;    // ca.pem: certificates, then revocation lists
  std::filesystem::path certificate;  // client.crt, with its chain
  std::filesystem::path key;          // client.key, not encrypted
  bool check_revocation = true;
};

// Never to be logged: holds the password.
struct Credentials {
  std::optional<TlsFiles> tls;  // absent: in the clear
  std::string username;         // empty: none
  std::string password;
};

// When they end; absent where that cannot be read.
struct CredentialEnds {
  std::optional<WallTime> certificate;  // the first of the chain to end
  // The first of the certificates in ca.pem to end, and where they are looked at of the revocation
  // lists.
  std::optional<WallTime> authority;
};

// Thread-safe; reads files.
CredentialEnds EndsOf(const TlsFiles& files);

// The files that `identity` uses; they need not exist. FailedPrecondition where neither the fleet
// file nor the environment names a folder, or {id} has nothing to stand for.
absl::StatusOr<TlsFiles> FindTlsFiles(const TlsConfig& tls, const Identity& identity);

// FailedPrecondition, with the mend, if nobody names the files or the password that `broker` asks
// for. No waiting mends that; what is wrong with the files themselves may be another by the next
// LoadCredentials: a certificate becomes valid, a file is put there.
absl::Status CheckCredentialsNamed(const BrokerConfig& broker, const Identity& identity);

// Empty credentials where `broker` asks for none. Otherwise FailedPrecondition with one line that
// says which file is missing, cannot be read, is readable by others, does not fit another one, is
// not valid now, or lacks what it must hold, and how to mend that. Thread-safe; reads files.
absl::StatusOr<Credentials> LoadCredentials(const BrokerConfig& broker, const Identity& identity);

}  // namespace biglittle::wire
