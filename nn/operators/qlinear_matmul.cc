#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/integer_matmul.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/requantization.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerQLinearMatMul(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const absl::StatusOr<float> a_scale = ReadScale(node, 1);
  if (!a_scale.ok()) return a_scale.status();
  const std::int64_t columns = node.Type(3).dims.empty() ? 1 : node.Type(3).dims.back();
  const auto b_scales = ReadScales(node, 4, std::max<std::int64_t>(columns, 1));
  if (!b_scales.ok()) return b_scales.status();
  const auto requantization = ReadRequantization(node, 6, 7);
  if (!requantization.ok()) return requantization.status();
  IntegerMatMul how{.a = 0, .b = 3, .a_zero_point = 2, .b_zero_point = 5};
  for (const float scale : *b_scales) {
    how.scales.push_back(*a_scale * scale / requantization->scale);
  }
  how.requantization = *requantization;
  return LowerIntegerMatMul(node, std::move(how));
}

}  // namespace biglittle::nn
