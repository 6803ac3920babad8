#include "cli/bench/bench_source_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include <nlohmann/json.hpp>

#include "cli/bench/source_cost.h"
#include "cli/command_end.h"
#include "cli/installation.h"
#include "cli/text_file.h"
#include "core/task/task_file.h"

namespace biglittle {
namespace {

constexpr double kMaxSeconds = 600.0;
constexpr double kMostMore = 5.0;  // us of a window

void PrintLive(const char* name, double window_us, double more_us, std::ostream& out) {
  fmt::print(out, "{:<26}{:>10.1f}{:>16.1f}\n", name, window_us, more_us);
}

void Print(const SourceCost& cost, std::ostream& out) {
  fmt::print(out,
             "CPU of a window of {}, us, without the net; median of {} turns of {} windows each\n\n"
             "{:<26}{:>10}{:>16}   target\n{:<26}{:>10.1f}\n{:<26}{:>10.1f}{:>16.1f}   <= {:.1f}  "
             "{}\n",
             kSourceCostTask, cost.turns, cost.windows, "", "window", "beyond replay", "replay",
             cost.replay_us, "live, from memory", cost.live_us, cost.live_more_us, kMostMore,
             cost.live_more_us <= kMostMore ? "met" : "missed");
  PrintLive("live, raw numbers read", cost.raw_us, cost.raw_more_us, out);
  PrintLive("live, lines of text read", cost.csv_us, cost.csv_more_us, out);
}

std::string ToJson(const SourceCost& cost) {
  const nlohmann::json json = {{"task", kSourceCostTask}, {"turns", cost.turns},
                               {"windows", cost.windows}, {"replay_us", cost.replay_us},
                               {"live_us", cost.live_us}, {"live_more_us", cost.live_more_us},
                               {"raw_us", cost.raw_us},   {"raw_more_us", cost.raw_more_us},
                               {"csv_us", cost.csv_us},   {"csv_more_us", cost.csv_more_us}};
  return json.dump() + "\n";
}

absl::Status Run(const BenchSourceOptions& options, std::ostream& out) {
  // Written so that NaN is refused too.
  if (!(options.seconds > 0.0 && options.seconds <= kMaxSeconds)) {
    return absl::InvalidArgumentError(
        fmt::format("--seconds {} is out of range; give more than 0, at most {}", options.seconds,
                    kMaxSeconds));
  }
  const std::filesystem::path models =
      options.models.empty() ? Installation::Find().home / "models" : options.models;
  const Parsed<Task> task = LoadTask(models / kSourceCostTask);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  const StopSignal stop;  // an interrupted bench leaves nothing behind either
  const auto cost =
      MeasureSourceCost(models, *task.value, std::chrono::duration<double>(options.seconds), stop);
  if (!cost.ok()) return cost.status();
  Print(*cost, out);
  return options.json.empty() ? absl::OkStatus() : WriteTextFile(options.json, ToJson(*cost));
}

}  // namespace

int RunBenchSource(const BenchSourceOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("bench source", Run(options, out), err);
}

}  // namespace biglittle
