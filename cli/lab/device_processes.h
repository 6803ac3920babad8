// The device_agent processes of a fleet on this machine.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/installation.h"
#include "cli/lab/child_process.h"

namespace biglittle {

// Starts the devices `ids` of the fleet file `file` in `processes` processes (1 to as many as
// devices), each with its even share of them. Logs are in `folder`: ID.log, or FIRST-to-LAST.log of
// the devices that share a process. Errors as ChildProcess::Start.
absl::StatusOr<std::vector<ChildProcess>> StartDeviceProcesses(const Installation& installation,
                                                               const std::filesystem::path& file,
                                                               const std::vector<std::string>& ids,
                                                               std::size_t processes,
                                                               const std::filesystem::path& folder);

// SIGTERM to all, then SIGKILL to those that are left after `grace`.
void EndProcesses(std::vector<ChildProcess>& processes, Milliseconds grace);

}  // namespace biglittle
