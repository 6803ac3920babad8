// The device_agent and cloud_worker processes of a fleet on this machine.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/lab/child_process.h"
#include "core/clock.h"

namespace biglittle {

// Not thread-safe.
class FleetProcesses {
 public:
  // By the name of their log. What is in it stays where it is while others are started.
  using ByName = std::map<std::string, ChildProcess>;
  // What starts a program and becomes it: empty, or {"/usr/bin/nice", "-n", "19"}.
  using Launcher = std::vector<std::string>;

  // `programs` is the folder of the two programs, `logs` the one for NAME.log.
  FleetProcesses(std::filesystem::path programs, std::filesystem::path logs);
  ~FleetProcesses();  // ends devices, then workers

  // Starts a worker of the fleet file `file`, in the place of the one of its id. Errors of all
  // three as ChildProcess::Start.
  absl::StatusOr<ChildProcess*> StartWorker(const std::filesystem::path& file,
                                            const std::string& id, const Launcher& launcher = {});
  // Starts devices in one process called `name`, in the place of the one of that name.
  absl::StatusOr<ChildProcess*> StartDevices(const std::filesystem::path& file,
                                             const std::vector<std::string>& ids,
                                             const std::string& name,
                                             const Launcher& launcher = {});
  // Starts them in `processes` processes (1 to as many as devices), each with its even share;
  // called by the id, or FIRST-to-LAST.
  absl::Status ShareDevicesOut(const std::filesystem::path& file,
                               const std::vector<std::string>& ids, std::size_t processes);
  // Of these processes the one that is called `only`, where it has ended; all of them if it is
  // empty.
  absl::Status StartShare(const std::filesystem::path& file, const std::vector<std::string>& ids,
                          std::size_t processes, const std::string& only);

  ByName& workers() { return workers_; }
  ByName& devices() { return devices_; }
  // The first of the devices' processes that has ended; nullptr if none has.
  ChildProcess* EndedDevice();
  bool AllDevicesEnded();

  // SIGTERM to all devices at once, then SIGKILL to those that are left after `grace`.
  void EndDevices(Milliseconds grace);

 private:
  absl::StatusOr<ChildProcess*> Start(ByName& role, const std::string& name,
                                      const std::vector<std::string>& arguments,
                                      const Launcher& launcher);

  const std::filesystem::path programs_;
  const std::filesystem::path logs_;
  ByName workers_;
  ByName devices_;
};

}  // namespace biglittle
