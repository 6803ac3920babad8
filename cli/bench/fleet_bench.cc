#include "cli/bench/fleet_bench.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/bench/first_result.h"
#include "cli/lab/device_processes.h"
#include "cli/lab/process_usage.h"
#include "cli/text_file.h"
#include "core/fleet/fleet_file.h"
#include "core/task/task_file.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::chrono::seconds kStartTimeout{60};
constexpr std::chrono::seconds kEndTimeout{60};
constexpr Milliseconds kTick{100};
// Between the last connection and the window.
constexpr Milliseconds kSettle{1500};
// How long results may still be on their way once every device has ended.
constexpr std::chrono::seconds kLastResults{3};
constexpr Milliseconds kStopGrace{5000};
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
  absl::StatusOr<BrokerProcess> broker = BrokerProcess::Start(
      {.configuration = installation_.home / "broker_config" / "development.conf",
       .folder = folder_->path()});
  if (!broker.ok()) return broker.status();
  broker_ = *std::move(broker);
  return StartWorker();
}

absl::Status FleetBench::StartWorker() {
  std::filesystem::path file;
  const absl::StatusOr<FleetConfig> config =
      WriteFleet({.prefix = "no-device"}, file, broker_->port());
  if (!config.ok()) return config.status();
  absl::StatusOr<ChildProcess> worker =
      ChildProcess::Start({(installation_.programs / "cloud_worker").string(), "--config",
                           file.string(), "--worker", kBenchWorker},
                          folder_->path() / "worker.log");
  if (!worker.ok()) return worker.status();
  worker_ = *std::move(worker);
  observer_ = std::make_unique<FleetObserver>(*config, fmt::format("bench-{}", getpid()));
  ResultTally none(*task_);
  const auto online = TakeUntil(steady_clock::now() + kStartTimeout, none, [this] {
    return observer_->IsOnline(kBenchWorker) || worker_->Poll().has_value();
  });
  if (!online.ok()) return online.status();
  return *online && !worker_->Poll() ? absl::OkStatus()
                                     : FailedWithLog("the worker failed", worker_->log());
}

absl::StatusOr<FleetConfig> FleetBench::WriteFleet(const BenchFleet& fleet,
                                                   std::filesystem::path& file,
                                                   std::uint16_t broker_port) {
  file = folder_->path() / (fleet.prefix + ".yaml");
  const std::string yaml = MakeBenchFleet(fleet, options_.task, windows_, models_, broker_port);
  if (absl::Status written = WriteTextFile(file, yaml); !written.ok()) return written;
  Parsed<FleetConfig> config = LoadFleet(file);
  if (!config.ok()) return absl::InternalError(ToString(config.problems));
  return *std::move(config.value);
}

template <typename Done>
absl::StatusOr<bool> FleetBench::TakeUntil(SteadyTime deadline, ResultTally& tally, Done done) {
  while (!done()) {
    if (stop_.requested()) return absl::CancelledError("interrupted");
    const SteadyTime now = steady_clock::now();
    if (now >= deadline) return false;
    observer_->Take(std::min(deadline, now + kTick), tally);
  }
  return true;
}

absl::StatusOr<std::vector<double>> FleetBench::FirstResults(int times) {
  std::vector<double> all;
  for (int i = 0; i < times; ++i) {
    const auto health_port = FreePort();
    const auto nobody = FreePort();
    if (!health_port || !nobody) return absl::UnavailableError("there is no free port");
    if (stop_.requested()) return absl::CancelledError("interrupted");
    // Not all first windows are answered by the little net, so there are more soon.
    const BenchFleet fleet{.prefix = "first",
                           .interval = Milliseconds(5),
                           .device_keys = fmt::format("    health: {{port: {}}}\n"
                                                      "    drain_timeout_ms: 0\n",
                                                      *health_port)};
    std::filesystem::path file;
    const absl::StatusOr<FleetConfig> config = WriteFleet(fleet, file, *nobody);
    if (!config.ok()) return config.status();
    const auto took = TimeToFirstResult(installation_, file, config->devices.front().id.c_str(),
                                        *health_port, folder_->path());
    if (!took.ok()) return took.status();
    all.push_back(took->count());
  }
  return all;
}

absl::StatusOr<FleetRun> FleetBench::Run(const BenchFleet& fleet, std::size_t processes,
                                         Seconds seconds) {
  std::filesystem::path file;
  const absl::StatusOr<FleetConfig> config = WriteFleet(fleet, file, broker_->port());
  if (!config.ok()) return config.status();
  std::vector<std::string> ids;
  for (const DeviceConfig& device : config->devices) ids.push_back(device.id);
  absl::StatusOr<Agents> agents =
      StartDeviceProcesses(installation_, file, ids, processes, folder_->path());
  if (!agents.ok()) return agents.status();
  ResultTally tally(*task_);
  FleetRun run{.devices = fleet.devices, .processes = processes};
  absl::Status status = AwaitOnline(*agents, ids.size(), tally);
  if (status.ok()) status = Measure(*agents, seconds, tally, run);
  if (status.ok()) status = Conclude(*agents, *config, tally, run);
  if (status.ok()) return run;
  EndProcesses(*agents, kStopGrace);
  return status;
}

absl::Status FleetBench::AwaitOnline(Agents& agents, std::size_t devices, ResultTally& tally) {
  const auto ended = [&] {
    return std::ranges::find_if(agents, [](ChildProcess& each) { return each.Poll().has_value(); });
  };
  const auto online = TakeUntil(steady_clock::now() + kStartTimeout, tally, [&] {
    return ended() != agents.end() || observer_->DevicesOnline() >= devices;
  });
  if (!online.ok()) return online.status();
  if (const auto at = ended(); at != agents.end())
    return FailedWithLog("a device failed", at->log());
  if (*online) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("only {} of {} devices are connected after {} s",
                                            observer_->DevicesOnline(), devices,
                                            kStartTimeout.count()));
}

absl::Status FleetBench::Measure(Agents& agents, Seconds seconds, ResultTally& tally,
                                 FleetRun& run) {
  const auto take = [&](SteadyTime::duration time) {
    return TakeUntil(steady_clock::now() + time, tally, [] { return false; }).status();
  };
  if (absl::Status taken = take(kSettle); !taken.ok()) return taken;
  const absl::StatusOr<Look> begin = LookAt(agents, tally);
  if (!begin.ok()) return begin.status();
  if (absl::Status taken = take(std::chrono::duration_cast<SteadyTime::duration>(seconds));
      !taken.ok()) {
    return taken;
  }
  const absl::StatusOr<Look> end = LookAt(agents, tally);
  if (!end.ok()) return end.status();
  run.seconds = Seconds(end->at - begin->at).count();
  run.readings = end->finals - begin->finals;
  run.escalated = end->escalated - begin->escalated;
  run.cpu = {end->cpu.agent - begin->cpu.agent, end->cpu.broker - begin->cpu.broker,
             end->cpu.worker - begin->cpu.worker};
  for (const ChildProcess& agent : agents) {
    const auto bytes = ProportionalBytesOf(agent.pid());
    if (!bytes.ok()) return FailedWithLog("a device failed", agent.log());
    run.bytes += *bytes;
  }
  return absl::OkStatus();
}

absl::StatusOr<FleetBench::Look> FleetBench::LookAt(const Agents& agents,
                                                    const ResultTally& tally) {
  Look look{.at = steady_clock::now(),
            .finals = tally.finals(),
            .escalated = tally.big() + tally.fallback()};
  for (const ChildProcess& agent : agents) {
    const auto cpu = CpuTimeOf(agent.pid());
    if (!cpu.ok()) return FailedWithLog("a device failed", agent.log());
    look.cpu.agent += *cpu;
  }
  const auto broker = CpuTimeOf(broker_->process().pid());
  if (!broker.ok()) return FailedWithLog("the broker failed", broker_->process().log());
  const auto worker = CpuTimeOf(worker_->pid());
  if (!worker.ok()) return FailedWithLog("the worker failed", worker_->log());
  look.cpu.broker = *broker;
  look.cpu.worker = *worker;
  return look;
}

absl::Status FleetBench::Conclude(Agents& agents, const FleetConfig& config, ResultTally& tally,
                                  FleetRun& run) {
  for (ChildProcess& agent : agents) agent.Signal(SIGTERM);
  const auto ended = TakeUntil(steady_clock::now() + kEndTimeout, tally, [&] {
    return std::ranges::all_of(agents, [](ChildProcess& each) { return each.Poll().has_value(); });
  });
  if (!ended.ok()) return ended.status();
  for (ChildProcess& agent : agents) {
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
