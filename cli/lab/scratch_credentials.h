// Credentials and a production broker's configuration for a fleet that lives as long as a command.
#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/installation.h"
#include "cli/lab/broker_process.h"
#include "cli/provision/identity.h"
#include "core/fleet/fleet_config.h"

namespace biglittle {

// Makes `folder` a provisioning folder (cli/provision) for everybody in the fleet, and `more` whom
// its file does not name. The broker stays this process' user and has no listener for websockets.
// Errors as Provisioner's.
absl::Status MakeScratchCredentials(const Installation& installation,
                                    const std::filesystem::path& folder, const FleetConfig& fleet,
                                    const std::vector<Identity>& more);

// Starts the broker of such a folder; errors as BrokerProcess::StartAsIs.
absl::StatusOr<BrokerProcess> StartScratchBroker(const std::filesystem::path& folder,
                                                 const FleetConfig& fleet,
                                                 const std::filesystem::path& log);

}  // namespace biglittle
