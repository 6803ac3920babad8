// Recorded windows from a file, as if a sensor delivered them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "core/task/task.h"
#include "device_agent/sources/arrays/data_array.h"
#include "device_agent/sources/polled_source.h"
#include "device_agent/sources/replay/data_file.h"
#include "device_agent/sources/replay/replay_options.h"

namespace biglittle {

// A pass takes the windows start, start + stride, ... up to the file's end; with a shuffle seed
// these are positions in the permuted file. A further pass begins at start again, so that devices
// that divide a file among them by stride never see each other's windows.
class Replay final : public PolledSource {
 public:
  // Loads through `files`. Windows must have the task's dtype and the layout of its input shape
  // (core/task/window_layout.h), which they take on: an IDX image of 28x28 serves a task of
  // 1x28x28, one of 128x9 no task of 9x128. Labels, where given, must be one class index a window.
  // `repeat`: pass after pass without end.
  static absl::StatusOr<std::unique_ptr<Replay>> Open(const ReplaySource& config, const Task& task,
                                                      DataFiles& files, bool repeat);

  absl::StatusOr<std::optional<Sample>> Next() override;
  absl::Status ResumeAt(std::uint64_t number) override;

 private:
  Replay(const ReplaySource& config, const Task& task, std::shared_ptr<const DataArray> windows,
         std::vector<int> labels, bool repeat);

  // Constant after construction.
  const std::uint64_t start_;
  const std::uint64_t stride_;
  const bool repeat_;
  const DType dtype_;
  const Shape window_shape_;
  const std::shared_ptr<const DataArray> windows_;  // shared by the devices that replay it
  const std::vector<int> labels_;                   // empty, or one a window
  const std::uint64_t count_;                       // windows in the file
  const std::vector<std::uint64_t> order_;          // empty: the file's own

  std::uint64_t position_;  // of the next window
};

}  // namespace biglittle
