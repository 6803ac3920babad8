// `biglittle provision`: who may connect to a fleet's broker, and as what.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/provision/identity.h"
#include "cli/provision/release_stamp.h"

namespace biglittle {

// What each of them takes besides: the folder that holds the fleet's authority. Each runs to its
// end, says what it did on `out` and what went wrong on `err` in one line, and returns the exit
// code. A command that changed the folder but could not tell a broker that runs returns
// kExitFailed and names `sync`, which does.
struct ProvisionOptions {
  std::filesystem::path folder = "secure";
  int days = 730;  // certificates are valid; 1 to 3650
};

struct ProvisionInitOptions {
  std::filesystem::path config;       // the fleet file
  std::vector<std::string> hosts;     // further names of the broker in its certificate
  std::uint16_t websockets_port = 0;  // 0: no listener for dashboards in browsers
  // Of the administrator's listener on loopback; 0: none. Absent: the fleet file's port + 2.
  std::optional<std::uint16_t> admin_port;
  std::string bind_address;  // that the broker listens on; empty: all of its machine
  std::string user;          // that the broker runs as; empty: a sensible one
};
int RunProvisionInit(const ProvisionOptions& options, const ProvisionInitOptions& init,
                     std::ostream& out, std::ostream& err);

int RunProvisionAdd(const ProvisionOptions& options, Role role, const std::vector<std::string>& ids,
                    std::ostream& out, std::ostream& err);

// "pump-1", or "device/pump-1" where several roles have one of that name.
int RunProvisionRevoke(const ProvisionOptions& options, const std::string& id, std::ostream& out,
                       std::ostream& err);

struct ProvisionRotateOptions {
  std::string id;  // as for revoke, or "broker"; empty: see expiring
  // Instead of an id: everybody, the broker too, whose newest certificate ends within so many days.
  std::optional<int> expiring;
  bool revoke_old = false;
  std::vector<std::string> hosts;  // of the broker, all of them; empty: as they were
  // Of the broker: its administrator's listener from now on; absent: as it was.
  std::optional<std::uint16_t> admin_port;
};
int RunProvisionRotate(const ProvisionOptions& options, const ProvisionRotateOptions& rotate,
                       std::ostream& out, std::ostream& err);

// Exit code kExitFailed if a certificate in use has run out, which `err` names.
int RunProvisionList(const ProvisionOptions& options, bool json, std::ostream& out,
                     std::ostream& err);

struct ProvisionApplyOptions {
  std::filesystem::path config;
  bool dry_run = false;
  bool yes = false;  // do not ask before revoking
  // Who was revoked and may return, as for revoke; any other whom the file names is refused.
  std::vector<std::string> readmit;
};
// Asks on `in` before anybody is revoked, if it is a terminal; else that needs `yes`.
int RunProvisionApply(const ProvisionOptions& options, const ProvisionApplyOptions& apply,
                      std::istream& in, std::ostream& out, std::ostream& err);

struct ProvisionPurgeOptions {
  std::string id;  // as for revoke, also of one who was revoked; empty: everybody
  bool dry_run = false;
};
// Empties what the broker retains of the fleet, or of one of its members, but for the statuses of
// those who are let in (of the others, if there is an id); says which topics.
int RunProvisionPurge(const ProvisionOptions& options, const ProvisionPurgeOptions& purge,
                      std::ostream& out, std::ostream& err);

int RunProvisionSync(const ProvisionOptions& options, std::ostream& out, std::ostream& err);

// Signs task.yaml of each of these task folders, after writing into it what `stamp` says.
int RunProvisionSignModels(const ProvisionOptions& options,
                           const std::vector<std::filesystem::path>& tasks, std::ostream& out,
                           std::ostream& err, const ReleaseStamp& stamp = {});

}  // namespace biglittle
