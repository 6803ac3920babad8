#include "cli/demo/demo_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/demo/demo_chaos.h"
#include "cli/demo/demo_plan.h"
#include "cli/demo/demo_readings.h"
#include "cli/demo/demo_summary.h"
#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "cli/lab/fleet_observer.h"
#include "cli/lab/local_fleet.h"
#include "cli/lab/result_tally.h"
#include "cli/lab/scratch_folder.h"
#include "cli/text_file.h"
#include "core/fleet/device_config.h"
#include "core/fleet/worker_config.h"
#include "core/program/exit_code.h"
#include "core/program/stop_signal.h"
#include "core/program/terminal_guard.h"
#include "core/task/task_file.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kBrokerTimeout{20};
// More devices share them.
constexpr std::size_t kMostDeviceProcesses = 8;
constexpr Milliseconds kTick{200};
// How long results may still be on their way once every device has ended.
constexpr std::chrono::seconds kSettleTime{2};

std::string Text(const absl::Status& status) { return std::string(status.message()); }

// Where the broker is and how to listen in, for people.
std::string HowToListen(const FleetConfig& fleet, const std::filesystem::path& folder) {
  const std::uint16_t port = fleet.broker.port;
  if (!fleet.broker.tls) {
    return fmt::format("broker on 127.0.0.1:{} (listen in: mosquitto_sub -p {} -t 'biglittle/#')\n",
                       port, port);
  }
  const std::filesystem::path secure = folder / kLabCredentials;
  const std::filesystem::path self = secure / RoleName(Role::kDashboard) / kDemoDashboard;
  // Beside devices and workers the broker's, the administrator's and the dashboard's.
  return fmt::format(
      "broker on 127.0.0.1:{} with the production configuration; {} certificates made\n"
      "(listen in: mosquitto_sub -p {} --cafile {}/ca.crt --cert {}/client.crt --key "
      "{}/client.key -t 'biglittle/v1/demo/devices/+/result')\n",
      port, fleet.devices.size() + fleet.workers.size() + 3, port, (secure / "broker").string(),
      self.string(), self.string());
}

// One run of the demo; members in the order in which they are started, and so ended in reverse.
class Demo {
 public:
  Demo(const DemoOptions& options, std::ostream& out)
      : options_(options), out_(out), installation_(Installation::Find()) {}

  // In this order, each after the one before was OK.
  absl::Status Plan();
  absl::Status StartFleet();
  absl::Status Watch();
  absl::StatusOr<DemoSummary> Conclude();

  // What to tell about a step that failed; keeps the logs if they may help.
  std::string Explain(const absl::Status& status);

 private:
  absl::Status StartWorkers();
  DemoChaos MakeChaos();
  void NoticeEndedWorker();
  void ShowProgress(bool last);
  std::uint64_t ReadingsTaken() const;

  DemoOptions options_;
  std::ostream& out_;
  const Installation installation_;
  StopSignal stop_;
  std::optional<ScratchFolder> folder_;  // kept where the logs tell what went wrong
  std::optional<Task> task_;
  std::unique_ptr<LocalFleet> fleet_;
  std::unique_ptr<FleetObserver> observer_;
  std::optional<ResultTally> tally_;
  bool worker_ended_ = false;
  std::optional<DemoChaos> chaos_;
};

absl::Status Demo::Plan() {
  const std::filesystem::path models = options_.models.empty()
                                           ? installation_.home / "models"
                                           : std::filesystem::absolute(options_.models);
  Parsed<Task> task = LoadTask(models / options_.task);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  task_ = std::move(task.value);

  const std::optional<std::uint16_t> port = FreePort(options_.broker_port);
  if (!port) {
    return absl::InvalidArgumentError(
        fmt::format("port {} is in use: name another one by --broker-port, or leave it out",
                    options_.broker_port));
  }
  absl::StatusOr<ScratchFolder> folder = ScratchFolder::Make("demo");
  if (!folder.ok()) return folder.status();
  folder_ = *std::move(folder);
  auto readings = DemoReadings(options_.task, models, options_.data, folder_->path(), out_);
  if (!readings.ok()) return readings.status();
  options_.data = *std::move(readings);
  const absl::StatusOr<std::string> yaml = MakeDemoFleet(options_, models, *port);
  if (!yaml.ok()) return yaml.status();
  auto fleet = LocalFleet::Make(installation_, {.folder = folder_->path(),
                                                .yaml = *yaml,
                                                .persistent = options_.chaos,
                                                .others = {{Role::kDashboard, kDemoDashboard}}});
  if (fleet.ok()) fleet_ = *std::move(fleet);
  return fleet.status();
}

absl::Status Demo::StartFleet() {
  if (absl::Status status = fleet_->StartBroker(); !status.ok()) return status;
  out_ << HowToListen(fleet_->config(), folder_->path()) << std::flush;

  tally_.emplace(*task_);
  observer_ = std::make_unique<FleetObserver>(fleet_->config(), "demo-" + std::to_string(getpid()),
                                              kDemoDashboard);
  if (!observer_->WaitConnected(steady_clock::now() + kBrokerTimeout)) {
    return absl::UnavailableError("the broker does not answer");
  }
  if (absl::Status status = StartWorkers(); !status.ok()) return status;
  if (absl::Status status = fleet_->StartDevices(kMostDeviceProcesses); !status.ok()) return status;
  fmt::print(out_, "{} devices take {} readings\n", options_.devices, options_.readings);
  out_.flush();
  if (options_.chaos) chaos_.emplace(MakeChaos());
  return absl::OkStatus();
}

absl::Status Demo::StartWorkers() {
  for (const WorkerConfig& worker : fleet_->config().workers) {
    if (absl::Status status = fleet_->StartWorker(worker.id); !status.ok()) return status;
  }
  for (const WorkerConfig& worker : fleet_->config().workers) {
    const absl::Status online = fleet_->AwaitWorker(worker.id, *observer_, *tally_, stop_);
    if (!online.ok()) return online;
    fmt::print(out_, "worker {} serves {}\n", worker.id, options_.task);
  }
  return absl::OkStatus();
}

DemoChaos Demo::MakeChaos() {
  const auto tell = [this](const std::string& what) {
    if (isatty(STDOUT_FILENO) != 0) RewriteLine(out_);
    fmt::print(out_, "{}\n", what);
    out_.flush();
  };
  DemoChaos::Actions actions;
  actions.kill_worker = [this, tell](std::size_t worker) {
    const std::string& id = fleet_->config().workers[worker].id;
    tell(fmt::format("  !! {} is killed", id));
    fleet_->worker(id).Signal(SIGKILL);
  };
  actions.start_worker = [this](std::size_t worker) {
    static_cast<void>(fleet_->StartWorker(fleet_->config().workers[worker].id));
  };
  actions.kill_broker = [this, tell] {
    tell("  !! the broker is killed");
    fleet_->KillBroker();
  };
  actions.start_broker = [this, tell] {
    const absl::Status started = fleet_->StartBroker();
    if (!started.ok()) tell(Text(started));
  };
  return {fleet_->config().workers.size(), std::move(actions), steady_clock::now()};
}

absl::Status Demo::Watch() {
  SteadyTime next_progress = steady_clock::now();
  std::optional<SteadyTime> settled_at;
  while (!stop_.requested()) {
    observer_->Take(std::min(next_progress, steady_clock::now() + kTick), *tally_);
    const SteadyTime now = steady_clock::now();
    if (chaos_) {
      chaos_->OnTime(now);
    } else {
      NoticeEndedWorker();
    }
    if (now >= next_progress) {
      ShowProgress(false);
      next_progress = now + (isatty(STDOUT_FILENO) != 0 ? kTick : Milliseconds(2000));
    }
    if (!fleet_->processes().AllDevicesEnded()) continue;
    if (chaos_) chaos_->End();
    if (!settled_at) settled_at = now + kSettleTime;
    if (tally_->finals() >= ReadingsTaken() || now >= *settled_at) break;
  }
  ShowProgress(true);
  return stop_.requested() ? absl::CancelledError("interrupted") : absl::OkStatus();
}

void Demo::NoticeEndedWorker() {
  const std::optional<int> ended = fleet_->processes().workers().begin()->second.Poll();
  if (worker_ended_ || !ended) return;
  worker_ended_ = true;
  fmt::print(out_, "\nthe worker has ended (status {}); devices fall back to their little nets\n",
             *ended);
}

void Demo::ShowProgress(bool last) {
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  if (terminal) RewriteLine(out_);
  fmt::print(out_,
             "{} of {} readings, {:.1f} % escalated, accuracy {:.1f} %, p50 little {:.1f} ms, big "
             "{:.1f} ms{}",
             tally_->finals(), options_.readings, 100 * tally_->escalation_rate(),
             100 * tally_->accuracy(), tally_->little_latency().p50, tally_->big_latency().p50,
             terminal && !last ? "" : "\n");
  out_.flush();
}

// As the devices counted them; a device that could not say so (killed) counts with what was asked
// of it, so that nothing missing is overlooked.
std::uint64_t Demo::ReadingsTaken() const {
  std::uint64_t taken = 0;
  for (const DeviceConfig& device : fleet_->config().devices) {
    taken += observer_->ReadingsOf(device.id).value_or(device.source.readings.value_or(0));
  }
  return taken;
}

absl::StatusOr<DemoSummary> Demo::Conclude() {
  bool failed = false;
  for (auto& [name, device] : fleet_->processes().devices()) {
    if (device.Poll().value_or(0) == 0) continue;
    failed = true;
    fmt::print(out_, "{} ended with status {}; its log says:\n{}\n", name, *device.Poll(),
               TailOfFile(device.log(), 3));
  }
  DemoSummary summary = Summarise(options_.task, options_.devices, ReadingsTaken(), *tally_);
  if (chaos_) {
    summary.workers_killed = chaos_->workers_killed();
    summary.brokers_killed = chaos_->brokers_killed();
  }
  fmt::print(out_, "comparing with both nets offline ...\n");
  out_.flush();
  for (const DeviceConfig& device : fleet_->config().devices) {
    const absl::StatusOr<OfflineCounts> counts = RunOffline(*task_, device);
    if (!counts.ok()) return counts.status();
    summary.offline += *counts;
    if (stop_.requested()) return absl::CancelledError("interrupted");
  }
  if (failed || !Kept(summary)) {
    folder_->Keep();
    fmt::print(out_, "the logs are in {}\n", folder_->path().string());
  }
  return summary;
}

std::string Demo::Explain(const absl::Status& status) {
  if (ExitCodeOf(status) == kExitBadInput || stop_.requested() || !folder_) {
    return Text(status);
  }
  folder_->Keep();
  return fmt::format("{}\nthe logs are in {}", Text(status), folder_->path().string());
}

}  // namespace

int RunDemo(const DemoOptions& options, std::ostream& out, std::ostream& err) {
  Demo demo(options, out);
  const auto fail = [&](const absl::Status& status) {
    fmt::print(err, "biglittle demo: {}\n", demo.Explain(status));
    return ExitCodeOf(status);
  };
  for (const auto step : {&Demo::Plan, &Demo::StartFleet, &Demo::Watch}) {
    if (absl::Status status = (demo.*step)(); !status.ok()) return fail(status);
  }
  const absl::StatusOr<DemoSummary> summary = demo.Conclude();
  if (!summary.ok()) return fail(summary.status());
  fmt::print(out, "{}", ToText(*summary));
  out.flush();
  if (!options.json.empty()) {
    if (absl::Status status = WriteTextFile(options.json, ToJson(*summary)); !status.ok()) {
      return fail(status);
    }
  }
  return Kept(*summary) ? kExitDone : kExitFailed;
}

}  // namespace biglittle
