#include "cli/link/link_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <utility>

#include "cli/demo_summary.h"
#include "cli/link/link_task.h"

#include "core/random.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::chrono::seconds kStartTimeout{20};
constexpr std::chrono::seconds kEndTimeout{30};
constexpr Milliseconds kPoll{10};
constexpr char kFloorProgram[] = "link_floor";
constexpr std::uint64_t kSeed = 1;
// Before the first round.
constexpr Seconds kWarmUp{0.3};

double Median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

LinkFigures Medians(const std::vector<LinkFigures>& rounds) {
  const auto median = [&](const auto& of) {
    std::vector<double> values;
    values.reserve(rounds.size());
    for (const LinkFigures& round : rounds) values.push_back(of(round));
    return Median(std::move(values));
  };
  return {{median([](const LinkFigures& round) { return round.round_trip_us.p50; }),
           median([](const LinkFigures& round) { return round.round_trip_us.p99; })},
          median([](const LinkFigures& round) { return round.per_s; })};
}

// Whole numbers from 0 to 255, in any type.
Tensor RandomWindow(const Task& task) {
  Random random(kSeed);
  Tensor window{task.input_dtype, task.input_shape, {}};
  const std::int64_t elements = ElementCount(task.input_shape).value_or(0);
  window.data.resize(static_cast<std::size_t>(elements) * ElementSize(task.input_dtype));
  // Finite as floats too: only the low bytes of each element are filled.
  const std::size_t step = ElementSize(task.input_dtype);
  for (std::size_t at = 0; at < window.data.size(); at += step) {
    window.data[at] = static_cast<std::byte>(random.Uniform(0.0, 256.0));
  }
  return window;
}

absl::Status Ended(const char* what, const ChildProcess& process) {
  return absl::UnavailableError(
      fmt::format("{} failed; its log says:\n{}", what, TailOfFile(process.log(), 5)));
}

}  // namespace

bool LinkBench::has_floor() const {
  return std::filesystem::exists(installation_.programs / kFloorProgram);
}

absl::Status LinkBench::Start(const Task& task, std::size_t window) {
  absl::StatusOr<ScratchFolder> folder = ScratchFolder::Make("bench");
  if (!folder.ok()) return folder.status();
  folder_ = *std::move(folder);
  if (absl::Status written =
          WriteLinkTask(folder_->path() / "models", task.input_dtype, task.input_shape);
      !written.ok()) {
    return written;
  }
  absl::StatusOr<BrokerProcess> broker = BrokerProcess::Start(
      {.configuration = installation_.home / "broker_config" / "development.conf",
       .folder = folder_->path()});
  if (!broker.ok()) return broker.status();
  broker_ = *std::move(broker);
  if (absl::Status started = StartWorker(); !started.ok()) return started;
  device_ = std::make_unique<LinkDevice>(fleet_, kLinkTask, RandomWindow(task), window);
  if (!device_->Connect(steady_clock::now() + kStartTimeout).ok()) {
    return Ended("the worker", *worker_);
  }
  const absl::StatusOr<LinkRun> warm = device_->Run(1, kWarmUp);
  if (!warm.ok()) return warm.status();
  return has_floor() ? StartFloor() : absl::OkStatus();
}

absl::Status LinkBench::StartWorker() {
  const std::filesystem::path file = folder_->path() / "fleet.yaml";
  const std::string yaml = fmt::format(
      "version: 1\nfleet: bench\nmodels: models\nbroker: {{port: {}}}\ndevices: []\n"
      "workers:\n  - id: {}\n    tasks: [{}]\n    reload_interval_ms: 0\n"
      // The one device here asks as fast as it can.
      "    device_requests_per_s: 0\n",
      broker_->port(), kLinkWorker, kLinkTask);
  if (absl::Status written = WriteTextFile(file, yaml); !written.ok()) return written;
  Parsed<FleetConfig> fleet = LoadFleet(file);
  if (!fleet.ok()) return absl::InternalError(ToString(fleet.problems));
  fleet_ = *std::move(fleet.value);
  absl::StatusOr<ChildProcess> worker =
      ChildProcess::Start({(installation_.programs / "cloud_worker").string(), "--config",
                           file.string(), "--worker", kLinkWorker},
                          folder_->path() / "worker.log");
  if (!worker.ok()) return worker.status();
  worker_ = *std::move(worker);
  return absl::OkStatus();
}

// With replies as large as ours.
absl::Status LinkBench::StartFloor() {
  absl::StatusOr<ChildProcess> answerer =
      ChildProcess::Start({(installation_.programs / kFloorProgram).string(), "answer",
                           std::to_string(broker_->port()), std::to_string(device_->reply_bytes())},
                          folder_->path() / "floor.log");
  if (!answerer.ok()) return answerer.status();
  answerer_ = *std::move(answerer);
  const SteadyTime deadline = steady_clock::now() + kStartTimeout;
  while (!TailOfFile(answerer_->log(), 1).starts_with("ready")) {
    if (answerer_->Poll() || steady_clock::now() > deadline) return Ended("the floor", *answerer_);
    std::this_thread::sleep_for(kPoll);
  }
  return absl::OkStatus();
}

absl::StatusOr<LinkMeasurement> LinkBench::Measure(int rounds, Seconds seconds,
                                                   std::size_t window) {
  std::vector<LinkFigures> ours;
  std::vector<LinkFigures> floor;
  std::array<std::vector<double>, kLinkStageNames.size()> stages;
  for (int round = 0; round < rounds; ++round) {
    absl::StatusOr<LinkFigures> of_ours = Ours(seconds / rounds, window, stages);
    if (!of_ours.ok()) return of_ours.status();
    ours.push_back(*of_ours);
    if (!answerer_) continue;
    absl::StatusOr<LinkFigures> of_floor = Floor(seconds / rounds, window);
    if (!of_floor.ok()) return of_floor.status();
    floor.push_back(*of_floor);
  }
  LinkMeasurement measured;
  measured.ours = Medians(ours);
  if (!floor.empty()) measured.floor = Medians(floor);
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    measured.stages_us[stage] = PercentilesOf(std::move(stages[stage]));
  }
  measured.request_bytes = device_->request_bytes();
  measured.reply_bytes = device_->reply_bytes();
  const Parsed<Task> task = LoadTask(installation_.home / "models" / kLocalCostTask);
  if (!task.ok()) return absl::InternalError(ToString(task.problems));
  absl::StatusOr<LocalReadingCost> local = MeasureLocalReading(fleet_, *task.value, seconds);
  if (!local.ok()) return local.status();
  measured.local = *local;
  return measured;
}

absl::StatusOr<LinkFigures> LinkBench::Ours(
    Seconds seconds, std::size_t window,
    std::array<std::vector<double>, kLinkStageNames.size()>& stages) {
  absl::StatusOr<LinkRun> alone = device_->Run(1, seconds);
  if (!alone.ok()) return alone.status();
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    const std::vector<double>& more = alone->stages_us[stage];
    stages[stage].insert(stages[stage].end(), more.begin(), more.end());
  }
  const absl::StatusOr<LinkRun> open = device_->Run(window, seconds);
  if (!open.ok()) return open.status();
  return LinkFigures{PercentilesOf(std::move(alone->round_trips_us)), open->readings_per_s};
}

absl::StatusOr<LinkFigures> LinkBench::Floor(Seconds seconds, std::size_t window) {
  const absl::StatusOr<LinkFigures> alone = AskFloor(seconds, 1);
  if (!alone.ok()) return alone.status();
  const absl::StatusOr<LinkFigures> open = AskFloor(seconds, window);
  if (!open.ok()) return open.status();
  return LinkFigures{alone->round_trip_us, open->per_s};
}

absl::StatusOr<LinkFigures> LinkBench::AskFloor(Seconds seconds, std::size_t window) {
  const std::filesystem::path log = folder_->path() / "floor-asks.log";
  std::filesystem::remove(log);
  absl::StatusOr<ChildProcess> asker = ChildProcess::Start(
      {(installation_.programs / kFloorProgram).string(), "ask", std::to_string(broker_->port()),
       std::to_string(device_->request_bytes()), std::to_string(window),
       fmt::format("{}", seconds.count())},
      log);
  if (!asker.ok()) return asker.status();
  const auto limit = std::chrono::ceil<Milliseconds>(seconds) + kEndTimeout;
  LinkFigures figures;
  const bool done = asker->WaitUntil(steady_clock::now() + limit) == 0;
  std::ifstream in(log);
  if (!done || !(in >> figures.round_trip_us.p50 >> figures.round_trip_us.p99 >> figures.per_s)) {
    return Ended("the floor", *asker);
  }
  return figures;
}

}  // namespace biglittle
