// A machine of a fleet file's `hosts`, templates unfolded. What each may be:
// core/fleet/host_entries.cc.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace biglittle {

// What runs on a machine, and how `biglittle deploy` reaches it.
struct HostConfig {
  std::string id;
  std::string ssh;                     // what OpenSSH's client takes: [user@]host, or an alias
  std::string architecture = "amd64";  // as Debian calls it
  std::string release = "bookworm";    // likewise
  std::vector<std::string> devices;    // ids, patterns resolved, in the fleet's order
  std::vector<std::string> workers;    // likewise
  bool broker = false;                 // the fleet's broker runs here
  std::map<std::string, std::string> labels;

  bool operator==(const HostConfig&) const = default;
};

}  // namespace biglittle
