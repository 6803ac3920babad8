#include "cli/bench/fleet_bench.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/bench/first_result.h"
#include "cli/lab/child_process.h"
#include "cli/lab/process_usage.h"
#include "core/fleet/device_config.h"
#include "core/task/escalated_tensor.h"
#include "core/task/task_file.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::chrono::seconds kStartTimeout{60};
constexpr std::chrono::seconds kEndTimeout{60};
// Between the last connection and the window.
constexpr Milliseconds kSettle{1500};
// How long results may still be on their way once every device has ended.
constexpr std::chrono::seconds kLastResults{3};
// Beside the devices' connections: logs, files, libraries.
constexpr std::uint64_t kSpareFiles = 256;

}  // namespace

std::filesystem::path FleetBench::Keep() {
  if (!folder_) return {};
  folder_->Keep();
  return folder_->path();
}

absl::Status FleetBench::Start() {
  models_ = options_.models.empty() ? installation_.home / "models"
                                    : std::filesystem::absolute(options_.models);
  Parsed<Task> task = LoadTask(models_ / options_.task);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  task_ = std::move(task.value);
  if (absl::Status allowed = AllowOpenFiles(options_.devices + kSpareFiles); !allowed.ok()) {
    return allowed;
  }
  absl::StatusOr<ScratchFolder> folder = ScratchFolder::Make("fleet");
  if (!folder.ok()) return folder.status();
  folder_ = *std::move(folder);
  absl::StatusOr<BenchWindows> windows = PrepareWindows(options_, *task_, folder_->path());
  if (!windows.ok()) return windows.status();
  windows_ = *std::move(windows);
  return StartWorker();
}

std::size_t FleetBench::window_bytes() const { return EscalatedBytes(*task_); }

double FleetBench::ReadingsARequest() const {
  const auto requests = observer_->CounterOfWorker(kBenchWorker, "requests");
  const auto readings = observer_->CounterOfWorker(kBenchWorker, "readings");
  if (!requests || !readings || *requests == 0) return 1.0;
  return static_cast<double>(*readings) / static_cast<double>(*requests);
}

absl::Status FleetBench::StartWorker() {
  const std::optional<std::uint16_t> port = FreePort();
  if (!port) return absl::UnavailableError("there is no free port");
  const BenchFleet known = variant_.tls
                               ? BenchFleet{.prefix = kBenchDevices, .devices = options_.devices}
                               : BenchFleet{.prefix = "no-device"};
  auto fleet = LocalFleet::Make(installation_, {.folder = folder_->path(),
                                                .yaml = Yaml(known, *port),
                                                .others = {{Role::kDashboard, kBenchObserver}}});
  if (!fleet.ok()) return fleet.status();
  fleet_ = *std::move(fleet);
  if (absl::Status started = fleet_->StartBroker(); !started.ok()) return started;
  if (absl::Status started = fleet_->StartWorker(kBenchWorker); !started.ok()) return started;
  observer_ = std::make_unique<FleetObserver>(fleet_->config(), fmt::format("bench-{}", getpid()),
                                              kBenchObserver);
  ResultTally none(*task_);
  return fleet_->AwaitWorker(kBenchWorker, *observer_, none, stop_);
}

std::string FleetBench::Yaml(const BenchFleet& fleet, std::uint16_t broker_port) const {
  return MakeBenchFleet(fleet, options_.task, windows_, models_, broker_port, variant_);
}

std::filesystem::path FleetBench::FileOf(const BenchFleet& fleet) const {
  return folder_->path() / (fleet.prefix + ".yaml");
}

absl::StatusOr<FleetConfig> FleetBench::WriteFleet(const BenchFleet& fleet,
                                                   std::uint16_t broker_port) const {
  return WriteFleetFile(FileOf(fleet), Yaml(fleet, broker_port));
}

absl::StatusOr<bool> FleetBench::TakeUntil(SteadyTime deadline, ResultTally& tally,
                                           const std::function<bool()>& done) {
  bool ended = false;
  observer_->TakeUntil(deadline, tally, [&] { return (ended = done()) || stop_.requested(); });
  if (!ended && stop_.requested()) return absl::CancelledError("interrupted");
  return ended;
}

absl::StatusOr<std::vector<double>> FleetBench::FirstResults(int times) {
  std::vector<double> all;
  for (int i = 0; i < times; ++i) {
    const auto health_port = FreePort();
    const auto nobody = FreePort();
    if (!health_port || !nobody) return absl::UnavailableError("there is no free port");
    if (stop_.requested()) return absl::CancelledError("interrupted");
    // Not all first windows are answered by the little net, so there are more soon.
    const BenchFleet fleet{
        .prefix = "first", .interval = Milliseconds(5), .health_port = health_port};
    const absl::StatusOr<FleetConfig> config = WriteFleet(fleet, *nobody);
    if (!config.ok()) return config.status();
    const auto took =
        TimeToFirstResult(installation_, FileOf(fleet), config->devices.front().id.c_str(),
                          *health_port, folder_->path());
    if (!took.ok()) return took.status();
    all.push_back(took->count());
  }
  return all;
}

absl::StatusOr<FleetRun> FleetBench::Run(const BenchFleet& fleet, std::size_t processes,
                                         Seconds seconds) {
  const absl::StatusOr<FleetConfig> config = WriteFleet(fleet, fleet_->config().broker.port);
  if (!config.ok()) return config.status();
  std::vector<std::string> ids;
  for (const DeviceConfig& device : config->devices) ids.push_back(device.id);
  FleetProcesses agents(installation_.programs, folder_->path());
  if (absl::Status started = agents.ShareDevicesOut(FileOf(fleet), ids, processes); !started.ok()) {
    return started;
  }
  ResultTally tally(*task_);
  FleetRun run{.devices = fleet.devices, .processes = processes};
  absl::Status status = AwaitOnline(agents, ids.size(), tally);
  if (status.ok()) status = Measure(agents, seconds, tally, run);
  if (status.ok()) status = Conclude(agents, *config, tally, run);
  if (!status.ok()) return status;
  return run;
}

absl::Status FleetBench::AwaitOnline(FleetProcesses& agents, std::size_t devices,
                                     ResultTally& tally) {
  const auto online = TakeUntil(steady_clock::now() + kStartTimeout, tally, [&] {
    return agents.EndedDevice() != nullptr || observer_->DevicesOnline() >= devices;
  });
  if (!online.ok()) return online.status();
  if (const ChildProcess* ended = agents.EndedDevice(); ended != nullptr) {
    return FailedWithLog("a device failed", ended->log());
  }
  if (*online) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("only {} of {} devices are connected after {} s",
                                            observer_->DevicesOnline(), devices,
                                            kStartTimeout.count()));
}

absl::Status FleetBench::Measure(FleetProcesses& agents, Seconds seconds, ResultTally& tally,
                                 FleetRun& run) {
  const auto take = [&](SteadyTime::duration time) {
    return TakeUntil(steady_clock::now() + time, tally, [] { return false; }).status();
  };
  if (absl::Status taken = take(kSettle); !taken.ok()) return taken;
  const absl::StatusOr<Snapshot> begin = Observe(agents, tally);
  if (!begin.ok()) return begin.status();
  if (absl::Status taken = take(std::chrono::duration_cast<SteadyTime::duration>(seconds));
      !taken.ok()) {
    return taken;
  }
  const absl::StatusOr<Snapshot> end = Observe(agents, tally);
  if (!end.ok()) return end.status();
  run.seconds = Seconds(end->at - begin->at).count();
  run.readings = end->finals - begin->finals;
  run.escalated = end->escalated - begin->escalated;
  run.cpu = {end->cpu.agent - begin->cpu.agent, end->cpu.broker - begin->cpu.broker,
             end->cpu.worker - begin->cpu.worker};
  for (const auto& [name, agent] : agents.devices()) {
    const auto bytes = ProportionalBytesOf(agent.pid());
    if (!bytes.ok()) return FailedWithLog("a device failed", agent.log());
    run.bytes += *bytes;
  }
  return absl::OkStatus();
}

absl::StatusOr<FleetBench::Snapshot> FleetBench::Observe(FleetProcesses& agents,
                                                         const ResultTally& tally) {
  Snapshot now{.at = steady_clock::now(),
               .finals = tally.finals(),
               .escalated = tally.big() + tally.fallback()};
  for (const auto& [name, agent] : agents.devices()) {
    const auto cpu = CpuTimeOf(agent.pid());
    if (!cpu.ok()) return FailedWithLog("a device failed", agent.log());
    now.cpu.agent += *cpu;
  }
  const auto broker = CpuTimeOf(fleet_->broker().process().pid());
  if (!broker.ok()) return FailedWithLog("the broker failed", fleet_->broker().process().log());
  const auto worker = CpuTimeOf(fleet_->worker(kBenchWorker).pid());
  if (!worker.ok()) return FailedWithLog("the worker failed", fleet_->worker(kBenchWorker).log());
  now.cpu.broker = *broker;
  now.cpu.worker = *worker;
  return now;
}

absl::Status FleetBench::Conclude(FleetProcesses& agents, const FleetConfig& config,
                                  ResultTally& tally, FleetRun& run) {
  for (auto& [name, agent] : agents.devices()) agent.Signal(SIGTERM);
  const auto ended =
      TakeUntil(steady_clock::now() + kEndTimeout, tally, [&] { return agents.AllDevicesEnded(); });
  if (!ended.ok()) return ended.status();
  for (auto& [name, agent] : agents.devices()) {
    if (agent.Poll().value_or(-1) != 0) return FailedWithLog("a device failed", agent.log());
  }
  // The last word of each comes after its last result.
  std::uint64_t taken = 0;
  const auto all_told = [&] {
    taken = 0;
    for (const DeviceConfig& device : config.devices) {
      const auto readings = observer_->ReadingsOf(device.id);
      if (!readings) return false;
      taken += *readings;
    }
    return tally.finals() >= taken;
  };
  const auto told = TakeUntil(steady_clock::now() + kLastResults, tally, all_told);
  if (!told.ok()) return told.status();
  for (const DeviceConfig& device : config.devices) {
    if (observer_->ReadingsOf(device.id)) continue;
    return absl::UnavailableError(
        fmt::format("{} did not say how many readings it took", device.id));
  }
  run.taken = taken;
  AddTally(tally, run);
  return absl::OkStatus();
}

}  // namespace biglittle
