#include "cli/bench/link_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <utility>

#include "cli/bench/link_task.h"
#include "core/random.h"
#include "core/task/task_file.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::chrono::seconds kStartTimeout{20};
constexpr std::chrono::seconds kEndTimeout{30};
constexpr Milliseconds kPoll{10};
constexpr Milliseconds kStopPoll{100};
constexpr char kFloorProgram[] = "link_floor";
constexpr std::uint64_t kSeed = 1;
// Of each device, before it is measured.
constexpr Seconds kWarmUp{0.1};

LinkFigures Medians(const std::vector<LinkFigures>& rounds) {
  const auto median = [&](const auto& of) {
    std::vector<double> values;
    values.reserve(rounds.size());
    for (const LinkFigures& round : rounds) values.push_back(of(round));
    return MedianOf(std::move(values));
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

}  // namespace

bool LinkBench::has_floor() const {
  return std::filesystem::exists(installation_.programs / kFloorProgram);
}

absl::Status LinkBench::Start(const Task& task) {
  absl::StatusOr<ScratchFolder> folder = ScratchFolder::Make("bench");
  if (!folder.ok()) return folder.status();
  folder_ = *std::move(folder);
  const std::filesystem::path models = folder_->path() / "models";
  if (absl::Status written = WriteLinkTask(models, task.input_dtype, task.input_shape);
      !written.ok()) {
    return written;
  }
  reading_ = RandomWindow(task);
  auto plain =
      StartLinkFleet(installation_, folder_->path() / "plain", models, LinkSecurity::kPlain, stop_);
  if (!plain.ok()) return plain.status();
  plain_ = *std::move(plain);
  auto tls =
      StartLinkFleet(installation_, folder_->path() / "tls", models, LinkSecurity::kTls, stop_);
  if (!tls.ok()) return tls.status();
  tls_ = *std::move(tls);
  const auto device = Connect(*plain_, 1);
  if (!device.ok()) return device.status();
  request_bytes_ = (*device)->request_bytes();
  reply_bytes_ = (*device)->reply_bytes();
  return has_floor() ? StartFloor() : absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LinkDevice>> LinkBench::Connect(const LocalFleet& fleet,
                                                               std::size_t window) {
  auto device = std::make_unique<LinkDevice>(fleet.config(), kLinkTask, reading_, window);
  if (absl::Status connected = device->Connect(steady_clock::now() + kStartTimeout);
      !connected.ok()) {
    return connected;
  }
  const absl::StatusOr<LinkRun> warm = device->Run(1, kWarmUp, stop_);
  if (!warm.ok()) return warm.status();
  return device;
}

// With replies as large as ours.
absl::Status LinkBench::StartFloor() {
  absl::StatusOr<ChildProcess> answerer = ChildProcess::Start(
      {(installation_.programs / kFloorProgram).string(), "answer",
       std::to_string(plain_->config().broker.port), std::to_string(reply_bytes_)},
      folder_->path() / "floor.log");
  if (!answerer.ok()) return answerer.status();
  answerer_ = *std::move(answerer);
  const SteadyTime deadline = steady_clock::now() + kStartTimeout;
  while (!TailOfFile(answerer_->log(), 1).starts_with("ready")) {
    if (answerer_->Poll() || steady_clock::now() > deadline)
      return FailedWithLog("the floor failed", answerer_->log());
    std::this_thread::sleep_for(kPoll);
  }
  return absl::OkStatus();
}

absl::StatusOr<LinkMeasurement> LinkBench::Measure(int rounds, Seconds seconds,
                                                   std::size_t window) {
  std::vector<LinkFigures> ours;
  std::vector<LinkFigures> tls;
  std::vector<LinkFigures> floor;
  Stages stages;
  for (int round = 0; round < rounds; ++round) {
    absl::StatusOr<LinkFigures> of_ours = Ours(seconds / rounds, window, stages);
    if (!of_ours.ok()) return of_ours.status();
    ours.push_back(*of_ours);
    const absl::StatusOr<LinkFigures> over_tls = OverTls(seconds / rounds);
    if (!over_tls.ok()) return over_tls.status();
    tls.push_back(*over_tls);
    if (!answerer_) continue;
    absl::StatusOr<LinkFigures> of_floor = Floor(seconds / rounds, window);
    if (!of_floor.ok()) return of_floor.status();
    floor.push_back(*of_floor);
  }
  LinkMeasurement measured;
  measured.ours = Medians(ours);
  measured.tls_round_trip_us = Medians(tls).round_trip_us;
  if (!floor.empty()) measured.floor = Medians(floor);
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    measured.stages_us[stage] = PercentilesOf(std::move(stages[stage]));
  }
  measured.request_bytes = request_bytes_;
  measured.reply_bytes = reply_bytes_;
  const Parsed<Task> task = LoadTask(installation_.home / "models" / kLocalCostTask);
  if (!task.ok()) return absl::InternalError(ToString(task.problems));
  absl::StatusOr<LocalReadingCost> local =
      MeasureLocalReading(plain_->config(), *task.value, seconds, stop_);
  if (!local.ok()) return local.status();
  measured.local = *local;
  return measured;
}

absl::StatusOr<LinkFigures> LinkBench::Ours(Seconds seconds, std::size_t window, Stages& stages) {
  const auto device = Connect(*plain_, window);
  if (!device.ok()) return device.status();
  absl::StatusOr<LinkRun> alone = (*device)->Run(1, seconds, stop_);
  if (!alone.ok()) return alone.status();
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    const std::vector<double>& more = alone->stages_us[stage];
    stages[stage].insert(stages[stage].end(), more.begin(), more.end());
  }
  const absl::StatusOr<LinkRun> open = (*device)->Run(window, seconds, stop_);
  if (!open.ok()) return open.status();
  return LinkFigures{PercentilesOf(std::move(alone->round_trips_us)), open->readings_per_s};
}

absl::StatusOr<LinkFigures> LinkBench::OverTls(Seconds seconds) {
  const auto device = Connect(*tls_, 1);
  if (!device.ok()) return device.status();
  absl::StatusOr<LinkRun> alone = (*device)->Run(1, seconds, stop_);
  if (!alone.ok()) return alone.status();
  return LinkFigures{PercentilesOf(std::move(alone->round_trips_us)), 0.0};
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
      {(installation_.programs / kFloorProgram).string(), "ask",
       std::to_string(plain_->config().broker.port), std::to_string(request_bytes_),
       std::to_string(window), fmt::format("{}", seconds.count())},
      log);
  if (!asker.ok()) return asker.status();
  const auto limit = std::chrono::ceil<Milliseconds>(seconds) + kEndTimeout;
  LinkFigures figures;
  const SteadyTime deadline = steady_clock::now() + limit;
  std::optional<int> ended;
  while (!ended && !stop_.requested() && steady_clock::now() < deadline) {
    ended = asker->WaitUntil(steady_clock::now() + kStopPoll);
  }
  if (stop_.requested()) return absl::CancelledError("interrupted");
  std::ifstream in(log);
  if (ended != 0 ||
      !(in >> figures.round_trip_us.p50 >> figures.round_trip_us.p99 >> figures.per_s)) {
    return FailedWithLog("the floor failed", asker->log());
  }
  return figures;
}

}  // namespace biglittle
