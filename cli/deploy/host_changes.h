// What would be different on a host: the release that it has against the one that it shall have.
//
// Pure functions, thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/deploy/host_link.h"
#include "cli/deploy/manifest.h"

namespace biglittle {

// A device that another host still has.
struct DeviceMove {
  std::string device;
  std::string from;  // the host's id

  bool operator==(const DeviceMove&) const = default;
};

struct HostChanges {
  std::vector<std::string> lines;  // one a change, for people; empty: nothing is to do
  std::vector<DeviceMove> moves;   // to this host

  bool operator==(const HostChanges&) const = default;
};

// Which host has each device now, by the units of its release; `hosts` by id.
using Whereabouts = std::map<std::string, std::string>;
Whereabouts WhereDevicesRun(const std::map<std::string, HostDescription>& hosts);

// `where`: of the whole fleet.
HostChanges ChangesOf(const Manifest& wanted, const HostDescription& present,
                      const Whereabouts& where);

// The order in which hosts change, each in a wave of those that may change together: the broker's
// first, then those with workers, then the others; who takes a device over before who gives it
// away, where nothing else forbids it. At most `parallel` a wave.
struct HostTurn {
  std::string id;
  int rank = 0;                     // 0: broker, 1: workers, 2: devices alone
  std::vector<std::string> before;  // hosts that come after it
};
std::vector<std::vector<std::string>> WavesOf(std::vector<HostTurn> turns, std::size_t parallel);

}  // namespace biglittle
