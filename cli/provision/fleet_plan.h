// What must change for a provisioning folder to say what a fleet file says.
#pragma once

#include <set>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/provision/identity.h"
#include "cli/provision/inventory.h"
#include "core/fleet/fleet_config.h"

namespace biglittle {

struct FleetPlan {
  std::vector<Identity> to_add;
  std::vector<Identity> to_revoke;  // devices and workers that the file does not name any more
  std::vector<Identity> barred;     // of to_add: revoked before, and nobody says that they return

  bool empty() const { return to_add.empty() && to_revoke.empty(); }
  bool operator==(const FleetPlan&) const = default;
};

// Dashboards, bridges and the administrator are not a fleet file's matter and stay.
// InvalidArgument, with the mend: the file is that of another fleet, its broker is not the
// folder's, or one of its ids does not fit into a certificate. Pure.
// `readmitted`: who may return though it was revoked.
absl::StatusOr<FleetPlan> PlanFor(const Inventory& inventory, const FleetConfig& fleet,
                                  const std::set<Identity>& readmitted = {});

}  // namespace biglittle
