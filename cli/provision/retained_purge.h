// Empties what a broker retains of a fleet: retained messages outlive whoever wrote them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/provision/control_channel.h"
#include "cli/provision/identity.h"
#include "cli/provision/inventory.h"
#include "cli/provision/provision_folder.h"
#include "core/fleet/fleet_config.h"

namespace biglittle {

struct PurgeOrder {
  std::vector<std::string> filters;  // what is looked at
  std::set<std::string> kept;        // topics that stay as they are
  // Others retain below these as well: of what is found there only `ours` goes.
  std::set<std::string> shared_prefixes;
  std::set<std::string> ours;

  bool operator==(const PurgeOrder&) const = default;
};

// What those wrote or may write who are named, but for the statuses of others that are let in.
PurgeOrder PurgeOf(const std::set<Identity>& identities, const Inventory& inventory);
// What the devices that are or were here show below these prefixes of Home Assistant goes, too.
void AddEntriesBelow(const std::set<std::string>& prefixes, const Inventory& inventory,
                     PurgeOrder& order);
// All of the fleet's topics but for the statuses of those who are let in.
PurgeOrder PurgeOfAll(const Inventory& inventory);

// The topics that were emptied, or would be if it were not a `dry_run`, sorted. By a client of its
// own, who is let in with these rights and put out again: the administrator has none over a fleet's
// data. If that is cut short, the next command that tells the broker something puts it out.
// Errors as ControlChannel's; Unavailable: the
// broker did not let us go on in time.
absl::StatusOr<std::set<std::string>> PurgeRetained(const PurgeOrder& order, bool dry_run,
                                                    const ProvisionFolder& folder,
                                                    ControlChannel& channel);

}  // namespace biglittle
