// A fleet's hosts for Ansible: an inventory, and a playbook that does with each bundle what
// `deploy apply` does, but for devices that move: their stores stay where they were.
//
// Pure functions, thread-safe.
#pragma once

#include <string>

#include "core/fleet/fleet_config.h"

namespace biglittle {

// Groups by what runs there and by label (NAME_VALUE); YAML.
std::string AnsibleInventory(const FleetConfig& fleet);
// Takes bundles/<host>.tar beside it; `parallel` hosts at a time; YAML.
std::string AnsiblePlaybook(std::size_t parallel);

}  // namespace biglittle
