// The windows of many recordings, all of one shape.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/new/recording.h"
#include "core/task/task.h"
#include "device_agent/sources/arrays/data_array.h"

namespace biglittle {

struct CutOptions {
  std::optional<std::size_t> samples;    // of a window, at the rate that it has in the end
  std::optional<std::size_t> length_ms;  // in their place
  std::optional<std::size_t> hop;        // absent: as long as a window
  std::optional<float> rate_hz;          // absent: that of the first recording that says its own
  bool resample = false;                 // recordings of another rate; else they are refused
  // A recording without gaps that is shorter than a window becomes one, with zeros before and
  // behind.
  bool pad = false;
  std::optional<InputFilter> filter;  // as a task's `input.filter`: at the recording's own rate
};

// Cuts as a device of that task does: by its own FrameFeed, and anew at each gap. Not thread-safe.
class RecordingWindows {
 public:
  explicit RecordingWindows(const CutOptions& options) : options_(options) {}

  // How many windows the recording gave: none if it is shorter than one. InvalidArgument, one line
  // without the recording's name, where it does not fit to the options or the recordings before;
  // ResourceExhausted beyond kMaxDataBytes in all.
  absl::StatusOr<std::size_t> Add(const Recording& recording);

  // Of the windows; absent: not known.
  std::optional<float> rate_hz() const { return rate_hz_; }

  // All of them, [windows, channels, samples]: int16 where every value is one as it was recorded,
  // else float32. FailedPrecondition if there are none.
  absl::StatusOr<DataArray> Take();

 private:
  absl::Status Fit(const Recording& recording);
  absl::Status FitRate(const Recording& recording);
  absl::Status FitFilter() const;

  const CutOptions options_;
  std::optional<float> rate_hz_;
  std::size_t channels_ = 0;  // 0: nothing came yet
  std::size_t samples_ = 0;
  bool is_int16_ = true;
  std::vector<float> values_;
};

}  // namespace biglittle
