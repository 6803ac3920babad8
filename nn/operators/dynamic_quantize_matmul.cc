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
namespace {

absl::Status AddFloatBias(const NodeView& node, int input, std::int64_t columns,
                          IntegerMatMul& how) {
  if (!node.Has(input)) return absl::OkStatus();
  const absl::StatusOr<ConstantPtr> bias = node.FloatConstant(input);
  if (!bias.ok()) return bias.status();
  if ((*bias)->type.elements() != columns) return node.Invalid("its bias does not fit");
  how.float_bias = (*bias)->floats;
  return absl::OkStatus();
}

}  // namespace

// com.microsoft's: A is quantised by its range.
absl::StatusOr<Lowered> LowerDynamicQuantizeMatMul(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  if (node.Type(1).dims.empty()) return node.Invalid("its right side is no matrix");
  const std::int64_t columns = node.Type(1).dims.back();
  IntegerMatMul how{.a = 0, .b = 1, .b_zero_point = 3};
  how.quantise_a = true;
  const auto scales = ReadScales(node, 2, columns);
  if (!scales.ok()) return scales.status();
  how.scales = *scales;
  if (absl::Status s = AddFloatBias(node, 4, columns, how); !s.ok()) return s;
  return LowerIntegerMatMul(node, std::move(how));
}

// com.microsoft's: the same with A quantised by the graph; its scale must be known.
absl::StatusOr<Lowered> LowerMatMulIntegerToFloat(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  if (node.Type(1).dims.empty()) return node.Invalid("its right side is no matrix");
  const std::int64_t columns = node.Type(1).dims.back();
  IntegerMatMul how{.a = 0, .b = 1, .a_zero_point = 4, .b_zero_point = 5};
  const absl::StatusOr<float> a_scale = ReadScale(node, 2);
  if (!a_scale.ok()) return a_scale.status();
  const auto scales = ReadScales(node, 3, columns);
  if (!scales.ok()) return scales.status();
  for (const float scale : *scales) how.scales.push_back(*a_scale * scale);
  if (absl::Status s = AddFloatBias(node, 6, columns, how); !s.ok()) return s;
  return LowerIntegerMatMul(node, std::move(how));
}

}  // namespace biglittle::nn
