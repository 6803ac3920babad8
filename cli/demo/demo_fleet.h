// The processes of a demo: broker, workers and devices, each with its log in one folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/installation.h"
#include "cli/lab/broker_process.h"
#include "cli/lab/child_process.h"
#include "core/fleet/fleet_config.h"

namespace biglittle {

// Not thread-safe.
class DemoFleet {
 public:
  // `folder` holds `file`, the fleet's YAML. `persistent`: what the broker knows outlives it.
  DemoFleet(Installation installation, std::filesystem::path folder, std::filesystem::path file,
            FleetConfig fleet, bool persistent);
  ~DemoFleet();  // ends devices, workers and broker, in this order
  DemoFleet(const DemoFleet&) = delete;
  DemoFleet& operator=(const DemoFleet&) = delete;

  const FleetConfig& config() const { return fleet_; }
  const std::string& WorkerId(std::size_t worker) const { return fleet_.workers[worker].id; }
  std::size_t workers() const { return fleet_.workers.size(); }

  // Makes the credentials of everybody in the fleet, if its broker wants TLS. Errors as
  // Provisioner's.
  absl::Status Provision();

  // Where the broker is and how to listen in, for people.
  std::string Whereabouts() const;

  // Errors as BrokerProcess::Start and ChildProcess::Start.
  absl::Status StartBroker();
  void KillBroker();
  // Again, if it ran before.
  absl::Status StartWorker(std::size_t worker);
  void KillWorker(std::size_t worker);
  // Many devices share processes.
  absl::Status StartDevices();

  // The worker must have been started.
  ChildProcess& worker(std::size_t worker) { return *worker_processes_[worker]; }
  bool AllDevicesEnded();
  // Of the devices, in their order.
  std::vector<ChildProcess>& devices() { return devices_; }

 private:
  absl::StatusOr<BrokerProcess> LaunchBroker() const;

  const Installation installation_;
  const std::filesystem::path folder_;
  const std::filesystem::path file_;
  const FleetConfig fleet_;
  const bool persistent_;
  std::optional<BrokerProcess> broker_;
  std::vector<std::optional<ChildProcess>> worker_processes_;
  std::vector<ChildProcess> devices_;
};

}  // namespace biglittle
