// An array for a net's input, as NumPy saves it: also of the types that only nets take.
#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"

#include "core/tensor.h"

namespace biglittle {

struct NetArray {
  std::filesystem::path path;
  Shape shape;  // empty: a single number
  std::vector<float> values;
};

// A .npy of any integers, bool, float16, float32 or float64; or else whatever LoadDataFile reads.
// The numbers may be NaN or infinite. Every error begins with the path.
absl::StatusOr<NetArray> LoadNetArray(const std::filesystem::path& path);

}  // namespace biglittle
