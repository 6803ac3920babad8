#include "nn/operators/whole_number.h"

#include <fmt/format.h>

#include <vector>

#include "nn/graph/graph.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

absl::StatusOr<std::int64_t> WholeNumber(const NodeView& node, int input, const char* what) {
  if (!node.IsConstant(input) || node.Type(input).element == ElementType::kFloat32) {
    return node.Unsupported(fmt::format("{} must be an integer that is known at load", what));
  }
  const absl::StatusOr<std::vector<float>> given = node.AsFloats(input);
  if (!given.ok()) return given.status();
  const float value = given->size() == 1 ? given->front() : 0.0F;
  if (!(value >= 1.0F) || value > static_cast<float>(kMaxTransform)) {
    return node.Invalid(fmt::format("{} must be one number, 1 to {}", what, kMaxTransform));
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace biglittle::nn
