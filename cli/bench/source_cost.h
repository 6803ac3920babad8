// What a window of a live source costs its device beyond one of a replay: the figure of `biglittle
// bench source`.
#pragma once

#include <chrono>
#include <filesystem>

#include "absl/status/statusor.h"

#include "core/program/stop_signal.h"
#include "core/task/task.h"

namespace biglittle {

inline constexpr char kSourceCostTask[] = "har";

// CPU time of a window, in microseconds, of all threads, from the source until the device's thread
// has it; the net is not in it. Medians over the turns; the differences are those of each turn.
struct SourceCost {
  double replay_us = 0.0;  // from an .npy file
  double live_us = 0.0;    // from a live source that has them in memory
  double live_more_us = 0.0;
  double raw_us = 0.0;  // from a stream of raw numbers
  double raw_more_us = 0.0;
  double csv_us = 0.0;  // from a stream of lines
  double csv_more_us = 0.0;
  int turns = 0;
  int windows = 0;  // of each in each turn
};

// For about `length`, turn by turn: the same windows as a replay and as streams that give them as
// fast as the device takes them, the little net between two of them. `task`, of the folder
// `models`, has float32 windows of [channels, samples]. Errors as those of the parts; Cancelled as
// soon as `stop` is requested.
absl::StatusOr<SourceCost> MeasureSourceCost(const std::filesystem::path& models, const Task& task,
                                             std::chrono::duration<double> length,
                                             const StopSignal& stop);

}  // namespace biglittle
