// A fleet on this machine: its file, its credentials where it wants some, and its broker, workers
// and devices as processes, each with its log in one folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/installation.h"
#include "cli/lab/broker_process.h"
#include "cli/lab/fleet_observer.h"
#include "cli/lab/fleet_processes.h"
#include "cli/lab/result_tally.h"
#include "cli/provision/identity.h"
#include "core/clock.h"
#include "core/fleet/fleet_config.h"
#include "core/program/stop_signal.h"

namespace biglittle {

// The folder of credentials beside the fleet's file, and what its `credentials` must be.
inline constexpr char kLabCredentials[] = "secure";
inline constexpr char kLabCredentialsTemplate[] = "secure/{role}/{id}";

// Writes `yaml` to `file`, whose folder is there, and reads it. InvalidArgument: it is no fleet
// file; Internal: it cannot be written.
absl::StatusOr<FleetConfig> WriteFleetFile(const std::filesystem::path& file,
                                           const std::string& yaml);

// Not thread-safe.
class LocalFleet {
 public:
  struct Options {
    std::filesystem::path folder;  // is there
    std::string yaml;              // of the fleet file; its broker is on a port of 127.0.0.1
    bool persistent = false;       // what the broker knows outlives it; not with TLS
    // Whom the file does not name, and who has credentials all the same.
    std::vector<Identity> others;
    // The broker serves it; with TLS its logins are the dashboards' own.
    std::optional<PageListener> page;
  };

  // Writes FOLDER/fleet.yaml; errors as WriteFleetFile.
  static absl::StatusOr<std::unique_ptr<LocalFleet>> Make(const Installation& installation,
                                                          Options options);
  ~LocalFleet() = default;  // ends devices, workers and broker, in this order
  LocalFleet(const LocalFleet&) = delete;
  LocalFleet& operator=(const LocalFleet&) = delete;

  const FleetConfig& config() const { return config_; }
  const std::filesystem::path& file() const { return file_; }
  // Running, or as they ended. The worker must have been started.
  BrokerProcess& broker() { return *broker_; }
  ChildProcess& worker(const std::string& id) { return processes_.workers().at(id); }
  FleetProcesses& processes() { return processes_; }

  // The broker accepts connections when this returns: the development configuration, or with TLS
  // the production one, and credentials of everybody. Again, if it was killed. Errors as
  // BrokerProcess::Start and MakeScratchCredentials.
  absl::Status StartBroker();
  void KillBroker();
  // Errors as ChildProcess::Start. Again, if it ran before.
  absl::Status StartWorker(const std::string& id);
  // Takes what `observer` sees until the worker says online. Unavailable, with the end of its log,
  // if it ends or is not there in 60 s; Cancelled as soon as `stop` is requested.
  absl::Status AwaitWorker(const std::string& id, FleetObserver& observer, ResultTally& tally,
                           const StopSignal& stop);
  // All that the file names, in `most` processes at most. Errors as ChildProcess::Start.
  absl::Status StartDevices(std::size_t most);
  // The devices of a process that has ended, by its name in processes().devices().
  absl::Status RestartDevices(const std::string& process);

 private:
  LocalFleet(const Installation& installation, Options options, std::filesystem::path file,
             FleetConfig config);

  absl::StatusOr<BrokerProcess> LaunchBroker();

  const Installation installation_;
  const Options options_;
  const std::filesystem::path file_;
  const FleetConfig config_;
  bool has_credentials_ = false;
  std::optional<BrokerProcess> broker_;
  std::size_t device_processes_ = 1;
  FleetProcesses processes_;  // after the broker, so that they end first
};

}  // namespace biglittle
