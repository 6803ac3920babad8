// A task whose nets cost next to nothing, so that what remains is the way there and back.
#pragma once

#include <filesystem>

#include "absl/status/status.h"

#include "core/tensor.h"

namespace biglittle {

inline constexpr char kLinkTask[] = "link";

// Writes <models>/link: task.yaml and two nets, each one matrix product over readings of this type
// and shape.
absl::Status WriteLinkTask(const std::filesystem::path& models, DType dtype, const Shape& shape);

}  // namespace biglittle
