// biglittle record: labelled windows from a device's own source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace biglittle {

struct RecordOptions {
  std::filesystem::path config;
  std::string device;
  std::string label;
  std::filesystem::path out;
  // It ends after so many windows, after so long, or when it is told to.
  std::optional<std::uint64_t> windows;
  std::optional<double> seconds;
  // Of a task that is not there yet: what its windows will be.
  std::vector<std::int64_t> shape;
  DType dtype = DType::kFloat32;
  std::optional<float> rate_hz;
};

// What the device would have classified, with its conditioning, into options.out (recorded_set.h).
// Progress goes to `out`. The exit code: of nothing recorded, and of a folder that takes no more,
// failure; what was recorded before stays.
int RunRecord(const RecordOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
