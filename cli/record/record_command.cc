#include "cli/record/record_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <ostream>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/command_end.h"
#include "cli/record/recorded_set.h"
#include "cli/record/window_feed.h"
#include "cli/training_folder.h"
#include "core/clock.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/program/core_dumps.h"
#include "core/program/stop_signal.h"
#include "core/shown_text.h"
#include "core/task/label.h"
#include "core/task/task_file.h"
#include "core/text.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kProgress{1};

struct Place {
  FleetConfig fleet;
  DeviceConfig device;
  Task task;
};

// Of a task that nobody has trained yet only what its windows are is known.
absl::StatusOr<Task> TaskToBe(const std::string& name, const RecordOptions& options) {
  Task task;
  task.name = name;
  task.input_shape = options.shape;
  task.input_dtype = options.dtype;
  task.input_rate_hz = options.rate_hz;
  if (ElementCount(task.input_shape)) return task;
  return absl::InvalidArgumentError(
      fmt::format("--shape {} is no shape of a window", ToString(task.input_shape)));
}

absl::StatusOr<Task> TaskOf(const FleetConfig& fleet, const std::string& name,
                            const RecordOptions& options) {
  const fs::path folder = fleet.models / name;
  std::error_code error;
  if (!options.shape.empty()) {
    if (!fs::exists(folder, error)) return TaskToBe(name, options);
    return absl::InvalidArgumentError(fmt::format("{} says the shape: leave out --shape",
                                                  Shown((folder / "task.yaml").string())));
  }
  Parsed<Task> task = LoadSignedTask(folder, fleet.models_public_key);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  return *std::move(task.value);
}

absl::StatusOr<FleetConfig> FleetOf(const RecordOptions& options) {
  const auto load = [&options](ModelsNeeded models) {
    return LoadFleet(options.config, &AllSources(), models);
  };
  const bool task_is_to_be = !options.shape.empty();
  Parsed<FleetConfig> fleet =
      load(task_is_to_be ? ModelsNeeded::kNone : ModelsNeeded::kTasksAndKey);
  if (fleet.ok()) return *std::move(fleet.value);
  const bool only_the_task = !load(ModelsNeeded::kTasks).ok() && load(ModelsNeeded::kNone).ok();
  return absl::InvalidArgumentError(
      ToString(fleet.problems) +
      (only_the_task ? "; where it is still to be trained, pass --shape, as its windows will have"
                     : ""));
}

absl::StatusOr<Place> PlaceOf(const RecordOptions& options) {
  if (!IsLabel(options.label)) {
    return absl::InvalidArgumentError(
        fmt::format("--label {} cannot be a label: printable UTF-8 of 1 to {} bytes is",
                    Quoted(options.label), kMaxLabelBytes));
  }
  auto fleet = FleetOf(options);
  if (!fleet.ok()) return fleet.status();
  if (fleet->broker.has_secrets()) KeepKeysOutOfCoreDumps();
  const DeviceConfig* device = fleet->FindDevice(options.device);
  if (device == nullptr) {
    return absl::InvalidArgumentError(
        fmt::format("{} has no device {}: name one of its devices by --device",
                    Shown(options.config.string()), Quoted(options.device)));
  }
  auto task = TaskOf(*fleet, device->task, options);
  if (!task.ok()) return task.status();
  Place place{*std::move(fleet), {}, *std::move(task)};
  place.device = *place.fleet.FindDevice(options.device);
  return place;
}

// What the source says that it did not deliver: nothing of it is lost in silence.
std::string Losses(const std::map<std::string, std::uint64_t>& counters) {
  std::string text;
  for (const auto& [name, count] : counters) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  }
  return text;
}

class Recording {
 public:
  Recording(RecordedSet set, WindowFeed& feed, const RecordOptions& options, std::ostream& out)
      : set_(std::move(set)), feed_(feed), options_(options), out_(out) {}

  absl::Status Run() {
    const SteadyTime begin = Clock::Real().Now();
    SteadyTime end = SteadyTime::max();
    if (options_.seconds) {
      end = begin + std::chrono::duration_cast<SteadyTime::duration>(
                        std::chrono::duration<double>(*options_.seconds));
    }
    SteadyTime next_progress = begin + kProgress;
    absl::Status took = absl::OkStatus();
    while (took.ok() && !Full() && Clock::Real().Now() < end) {
      const auto window = feed_.Next(std::min(end, next_progress));
      if (window) took = set_.Add(window->data);
      if (!window && feed_.ended()) break;
      if (Clock::Real().Now() < next_progress) continue;
      next_progress = Clock::Real().Now() + kProgress;
      if (took.ok()) took = set_.Commit();
      Progress();
    }
    feed_.Stop();
    const absl::Status ended = set_.End();
    Tell();
    if (!took.ok()) return took;
    if (!ended.ok()) return ended;
    if (set_.added() > 0) return absl::OkStatus();
    const std::string trouble = feed_.Trouble();
    return absl::UnavailableError(trouble.empty()
                                      ? "the source gave no window"
                                      : fmt::format("the source gave no window: {}", trouble));
  }

 private:
  bool Full() const { return options_.windows && set_.added() >= *options_.windows; }

  void Progress() {
    const std::string trouble = feed_.Trouble();
    out_ << fmt::format("{} windows of {}{}{}\n", set_.added(), Shown(options_.label),
                        trouble.empty() ? "" : "; the source has failed: ", trouble);
    out_.flush();
  }

  void Tell() {
    const std::string losses = Losses(feed_.Counters());
    if (!losses.empty()) out_ << fmt::format("not recorded: {}\n", losses);
    if (set_.added() == 0) return;
    std::size_t width = 5;
    std::size_t lacking = 0;
    for (const ClassCount& count : set_.counts()) {
      width = std::max(width, Shown(count.label).size());
    }
    out_ << fmt::format("{:<{}}  sessions   windows\n", "class", width);
    for (const ClassCount& count : set_.counts()) {
      lacking += kLeastSessions - std::min<std::size_t>(kLeastSessions, count.sessions);
      out_ << fmt::format("{:<{}}  {:>8}  {:>8}\n", Shown(count.label), width, count.sessions,
                          count.windows);
    }
    out_ << fmt::format("{}: X.npy, y.npy, labels.txt, groups.npy\n", Shown(options_.out.string()));
    if (lacking > 0) {
      out_ << fmt::format(
          "{} more sessions are needed before it can be trained with, so that each class has {}: "
          "call "
          "again\n",
          lacking, kLeastSessions);
    }
  }

  RecordedSet set_;
  WindowFeed& feed_;
  const RecordOptions& options_;
  std::ostream& out_;
};

absl::Status Record(const RecordOptions& options, std::ostream& out) {
  auto place = PlaceOf(options);
  if (!place.ok()) return place.status();
  StopSignal stop;
  auto feed = WindowFeed::Make(place->fleet, place->device, place->task);
  if (!feed.ok()) return feed.status();
  auto set = RecordedSet::Begin(options.out, options.label, AsElementType(place->task.input_dtype),
                                place->task.input_shape);
  if (!set.ok()) return set.status();
  stop.OnStop([&feed] { (*feed)->AskToStop(); });
  const absl::Status done = Recording(*std::move(set), **feed, options, out).Run();
  stop.OnStop({});
  return done;
}

}  // namespace

int RunRecord(const RecordOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("record", Record(options, out), err);
}

}  // namespace biglittle
