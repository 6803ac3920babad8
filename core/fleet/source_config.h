// `source` of a device in a fleet file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <variant>

#include "core/clock.h"

namespace biglittle {

// Windows from a file, in the file's order or shuffled; starts again at the end if more readings
// are asked for than the file has.
struct ReplaySource {
  std::filesystem::path windows;                // .npy, .npy.gz, IDX or gzip-compressed IDX
  std::optional<std::filesystem::path> labels;  // same kinds; one integer a window
  std::uint64_t start = 0;                      // position of the first window
  std::uint64_t stride = 1;                     // >= 1; take every stride-th
  std::optional<std::uint64_t> shuffle_seed;    // permute the windows first, the same way each time

  bool operator==(const ReplaySource&) const = default;
};

// The simulated accelerometer on a rotating machine.
struct VibrationSource {
  std::uint64_t seed = 1;

  bool operator==(const VibrationSource&) const = default;
};

// What happens when readings wait for the little net and there is no room for one more. Either way
// the reading that goes has its final result, a fallback with reason overrun.
enum class WhenFull : std::uint8_t { kDropOldest, kDropNewest };

struct SourceConfig {
  std::variant<ReplaySource, VibrationSource> kind;
  // How many readings, then the device stops. Absent: a simulation goes on until it is stopped, a
  // replay goes through its file once.
  std::optional<std::uint64_t> readings;
  // Time between two readings, 0 to 1 h. 0: as fast as the device classifies, waiting while as many
  // escalations are pending as allowed.
  Milliseconds interval{100};
  std::size_t queue_capacity = 64;  // 1 to 65,536 readings that wait for the little net
  WhenFull when_full = WhenFull::kDropOldest;

  bool operator==(const SourceConfig&) const = default;
};

}  // namespace biglittle
