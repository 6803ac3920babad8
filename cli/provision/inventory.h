// What a provisioning folder knows: how the fleet is called, where its broker is, and who was given
// a certificate. It is the truth; the broker's own file follows it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/provision/authority.h"
#include "cli/provision/identity.h"
#include "cli/provision/rights.h"
#include "core/fleet/fleet_config.h"

namespace biglittle {

struct IssuedCertificate {
  std::string serial;
  std::chrono::sys_seconds not_after;

  bool operator==(const IssuedCertificate&) const = default;
};

// Where the administrator's listener is.
inline constexpr char kAdminAddress[] = "127.0.0.1";

// What the broker has not confirmed yet, by user name: a command that was cut short, or could not
// reach the broker, leaves it to the next one.
struct Untold {
  bool certificates = false;        // it shall read its certificates and its revocation list again
  std::set<std::string> sessions;   // to be ended, since a revoked certificate may have begun them
  std::set<std::string> passwords;  // new ones, which lie in their folders
  std::set<Identity> retained;      // who was revoked: what it had the broker retain is to go
  // Below which Home Assistant's prefix what the fleet's devices retain is to go: it is another one
  // now, or none.
  std::set<std::string> entries;

  bool operator==(const Untold&) const = default;
};

// A certificate that a revocation list has revoked from its first moment on: a broker that refuses
// it holds that list.
struct ListProbe {
  std::string serial;      // empty: none was made yet
  std::uint64_t list = 0;  // the number of the list

  bool operator==(const ListProbe&) const = default;
};

struct Inventory {
  FleetNames names;
  std::vector<std::string> hosts;  // of the broker, as in its certificate; the first is the one
                                   // that provisioning itself connects to
  std::uint16_t port = 8883;
  std::uint16_t websockets_port = 8884;  // 0: no such listener
  // Of the administrator's listener, on loopback of the broker's machine. 0: none.
  std::uint16_t admin_port = 0;
  std::string bind_address;  // of the first port above; empty: all of the machine's
  std::string user;          // that the broker runs as
  // Each with all certificates that still open the door, the newest last.
  std::map<Identity, std::vector<IssuedCertificate>> identities;
  std::vector<IssuedCertificate> broker;  // likewise
  std::vector<RevokedSerial> revoked;     // in order of time
  std::uint64_t list_number = 0;          // of the last revocation list
  std::uint64_t confirmed_list = 0;       // the last one that all brokers were seen to hold
  ListProbe probe;
  // Of the newest key of those that are here or were; whom it does not name is of
  // first_generation.
  std::map<Identity, Generation> generations;
  Generation first_generation = kFirstGeneration;
  // Who was revoked when, and not let in again.
  std::map<Identity, std::chrono::sys_seconds> tombstones;
  Untold untold;
  // User names that have a certificate above and perhaps not all of their files.
  std::set<std::string> unfinished;

  Generation GenerationOf(const Identity& identity) const;
  // Whom workers may answer: each device by its name, where all are known and so few that the
  // broker is not held up by looking through them; else any.
  std::vector<std::string> AnsweredDevices() const;
  // Its user name, of the newest key.
  std::string NameOf(const Identity& identity) const;

  bool operator==(const Inventory&) const = default;
};

FleetNames NamesOf(const FleetConfig& fleet);
// What a fleet file says of it: the names, and where the broker is.
Inventory InventoryOf(const FleetConfig& fleet);

std::string ToJson(const Inventory& inventory);
// InvalidArgument, saying what is missing or wrong.
absl::StatusOr<Inventory> ParseInventory(std::string_view json);

// "2027-11-22": the day in UTC.
std::string DayOf(std::chrono::sys_seconds time);

}  // namespace biglittle
