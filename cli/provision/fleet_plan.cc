#include "cli/provision/fleet_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace biglittle {
namespace {

absl::Status CheckSameFleet(const Inventory& inventory, const FleetConfig& fleet) {
  // Where its devices show themselves beside may change.
  FleetNames names = NamesOf(fleet);
  names.home_assistant = inventory.names.home_assistant;
  if (names != inventory.names) {
    return absl::InvalidArgumentError(fmt::format(
        "the file is of fleet '{}' with topic root '{}' and worker group '{}', the folder of '{}', "
        "'{}' and '{}': name another folder by --dir, or make one with 'init'",
        names.fleet, names.topic_root, names.worker_group, inventory.names.fleet,
        inventory.names.topic_root, inventory.names.worker_group));
  }
  const std::vector<std::string>& hosts = inventory.hosts;
  if (std::find(hosts.begin(), hosts.end(), fleet.broker.host) == hosts.end()) {
    return absl::InvalidArgumentError(fmt::format(
        "the file's broker is '{}' and the broker's certificate is for {}: 'rotate broker --host "
        "NAME ...' makes one for other names",
        fleet.broker.host, fmt::join(hosts, ", ")));
  }
  if (fleet.broker.port != inventory.port) {
    return absl::InvalidArgumentError(fmt::format("the file's broker has port {}, the folder's {}",
                                                  fleet.broker.port, inventory.port));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FleetPlan> PlanFor(const Inventory& inventory, const FleetConfig& fleet,
                                  const std::set<Identity>& readmitted) {
  if (auto status = CheckSameFleet(inventory, fleet); !status.ok()) return status;
  std::set<Identity> wanted;
  for (const DeviceConfig& device : fleet.devices) {
    wanted.insert({.role = Role::kDevice, .id = device.id});
  }
  for (const WorkerConfig& worker : fleet.workers) {
    wanted.insert({.role = Role::kWorker, .id = worker.id});
  }
  FleetPlan plan;
  for (const Identity& identity : wanted) {
    if (auto status = CheckIdentity(identity, fleet.fleet); !status.ok()) return status;
    if (inventory.identities.count(identity) == 0 ||
        inventory.unfinished.count(inventory.NameOf(identity)) > 0) {
      plan.to_add.push_back(identity);
      const bool was_revoked = inventory.tombstones.count(identity) > 0;
      if (was_revoked && readmitted.count(identity) == 0) plan.barred.push_back(identity);
    }
  }
  for (const auto& [identity, certificates] : inventory.identities) {
    const bool of_a_file = identity.role == Role::kDevice || identity.role == Role::kWorker;
    if (of_a_file && wanted.count(identity) == 0) plan.to_revoke.push_back(identity);
  }
  return plan;
}

}  // namespace biglittle
