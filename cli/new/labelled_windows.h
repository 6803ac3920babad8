// What recordings with a label each become: windows, and for each its class and its session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/new/recording.h"
#include "cli/new/recording_windows.h"
#include "device_agent/sources/arrays/data_array.h"

namespace biglittle {

struct ClassTally {
  std::size_t recordings = 0;
  std::size_t windows = 0;
  std::set<std::int32_t> sessions;  // that gave windows
};

struct LabelledWindows {
  DataArray windows;
  std::optional<float> rate_hz;
  std::vector<std::int32_t> labels;  // a window, as sessions
  std::vector<std::int32_t> sessions;
  std::vector<ClassTally> classes;     // a label
  std::vector<std::string> too_short;  // where the recordings are that gave none
  std::uint64_t refused = 0;           // lines

  std::size_t session_count() const {
    return std::set<std::int32_t>(sessions.begin(), sessions.end()).size();
  }
};

// Not thread-safe.
class LabelledCutter {
 public:
  LabelledCutter(const CutOptions& options, std::vector<std::string> labels);

  // `place`: where it is, for people. Errors as RecordingWindows::Add, in one line that begins with
  // the place.
  absl::Status Add(const Recording& recording, std::size_t label, std::size_t session,
                   const std::string& place);
  // All of them. Not OK if one of the labels has none.
  absl::StatusOr<LabelledWindows> Take();

 private:
  const std::vector<std::string> labels_;
  RecordingWindows cutter_;
  LabelledWindows made_;
};

}  // namespace biglittle
