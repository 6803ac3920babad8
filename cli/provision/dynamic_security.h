// The state of Mosquitto's dynamic security plugin that a fleet wants, and the way there: for a
// broker that runs, as the plugin's commands; for one that does not, as its file.
//
// Only clients and roles whose names our UserName makes are touched; what an operator has added
// beside them stays. Pure functions, JSON in and out as the plugin of Mosquitto 2.0.11 has it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json_fwd.hpp>

#include "cli/provision/identity.h"
#include "cli/provision/rights.h"

namespace biglittle {

// A fleet's clients by user name. Each has one role, of the same name and with these rights.
using WantedClients = std::map<std::string, std::vector<Right>>;

// A client's password for listeners that take no certificates, by user name. What is not in it
// keeps the password that it has.
using NewPasswords = std::map<std::string, std::string>;

// The commands that lead from what the broker said to `listClients` and `listRoles` (both verbose;
// the "data" of each answer) to what is wanted; empty if there is nothing to do. They never
// reach a state in which somebody may do more than before or after.
// InvalidArgument: the answers are not what the plugin says.
absl::StatusOr<std::vector<nlohmann::json>> CommandsFor(const WantedClients& wanted,
                                                        std::string_view fleet,
                                                        const nlohmann::json& clients,
                                                        const nlohmann::json& roles,
                                                        const NewPasswords& passwords);

// The plugin's file with the fleet's part replaced. `file`: its content, empty for none yet.
// InvalidArgument: it is not the plugin's.
absl::StatusOr<std::string> FileFor(const WantedClients& wanted, std::string_view fleet,
                                    std::string_view file, const NewPasswords& passwords);

}  // namespace biglittle
