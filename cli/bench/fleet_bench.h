// The processes of `biglittle bench fleet`, and its phases.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/bench/bench_fleet_options.h"
#include "cli/bench/bench_fleet_plan.h"
#include "cli/bench/bench_fleet_summary.h"
#include "cli/installation.h"
#include "cli/lab/fleet_observer.h"
#include "cli/lab/fleet_processes.h"
#include "cli/lab/local_fleet.h"
#include "cli/lab/result_tally.h"
#include "cli/lab/scratch_folder.h"
#include "core/program/stop_signal.h"
#include "core/task/task.h"

namespace biglittle {

// A SIGINT or SIGTERM makes whatever runs return Cancelled soon; what was started ends with this
// object. Not thread-safe.
class FleetBench {
 public:
  // `options` must outlive it. With TLS only the fleet of `options`' devices, called kBenchDevices,
  // has credentials.
  explicit FleetBench(const BenchFleetOptions& options, BenchVariant variant = {})
      : options_(options), variant_(std::move(variant)), installation_(Installation::Find()) {}

  // Starts broker, worker and observer. InvalidArgument or NotFound: the options name what cannot
  // be used; else errors as those of the parts.
  absl::Status Start();
  const BenchWindows& windows() const { return windows_; }
  // Of one, on its way to the worker.
  std::size_t window_bytes() const;
  // As the worker counted them, of all that Run() did; 1 where it was asked for nothing.
  double ReadingsARequest() const;

  // Starts a device without a broker, `times` times: milliseconds to its first result.
  absl::StatusOr<std::vector<double>> FirstResults(int times);
  // Runs a fleet: until all are online, for `seconds` more, until they have stopped.
  absl::StatusOr<FleetRun> Run(const BenchFleet& fleet, std::size_t processes,
                               std::chrono::duration<double> seconds);

  // The logs stay, in the folder that is returned.
  std::filesystem::path Keep();
  bool interrupted() const { return stop_.requested(); }

 private:
  // What a window begins and ends with.
  struct Snapshot {
    SteadyTime at;
    FleetCpu cpu;
    std::uint64_t finals = 0;
    std::uint64_t escalated = 0;
  };

  absl::Status StartWorker();
  std::string Yaml(const BenchFleet& fleet, std::uint16_t broker_port) const;
  // Devices beside those of the worker's file.
  std::filesystem::path FileOf(const BenchFleet& fleet) const;
  absl::StatusOr<FleetConfig> WriteFleet(const BenchFleet& fleet, std::uint16_t broker_port) const;
  // Takes results until `done`, but not beyond `deadline`: false then.
  absl::StatusOr<bool> TakeUntil(SteadyTime deadline, ResultTally& tally,
                                 const std::function<bool()>& done);
  absl::Status AwaitOnline(FleetProcesses& agents, std::size_t devices, ResultTally& tally);
  absl::Status Measure(FleetProcesses& agents, std::chrono::duration<double> seconds,
                       ResultTally& tally, FleetRun& run);
  absl::StatusOr<Snapshot> Observe(FleetProcesses& agents, const ResultTally& tally);
  // Ends the agents and waits for their last results.
  absl::Status Conclude(FleetProcesses& agents, const FleetConfig& config, ResultTally& tally,
                        FleetRun& run);

  const BenchFleetOptions& options_;
  const BenchVariant variant_;
  const Installation installation_;
  StopSignal stop_;
  std::optional<ScratchFolder> folder_;
  std::filesystem::path models_;
  std::optional<Task> task_;
  BenchWindows windows_;
  std::unique_ptr<LocalFleet> fleet_;  // broker and worker
  std::unique_ptr<FleetObserver> observer_;
};

}  // namespace biglittle
