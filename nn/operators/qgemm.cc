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

// com.microsoft's: quantised where it has an output scale, floats where not.
absl::StatusOr<Lowered> LowerQGemm(const NodeView& node) {
  Attributes attributes(node);
  const float alpha = attributes.Float("alpha", 1.0F);
  const bool transpose_a = attributes.Int("transA", 0) != 0;
  const bool transpose_b = attributes.Int("transB", 0) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const TensorType& b = node.Type(3);
  if (transpose_a || b.rank() != 2) return node.Unsupported("transA, or no matrix");
  const std::int64_t columns = b.dims[transpose_b ? 0 : 1];
  const absl::StatusOr<float> a_scale = ReadScale(node, 1);
  if (!a_scale.ok()) return a_scale.status();
  const auto b_scales = ReadScales(node, 4, columns);
  if (!b_scales.ok()) return b_scales.status();
  IntegerMatMul how{.a = 0, .b = 3, .a_zero_point = 2, .b_zero_point = 5};
  how.transpose_b = transpose_b;
  if (node.Has(6)) {
    if (!node.IsConstant(6) || node.Type(6).elements() != columns) {
      return node.Unsupported("its bias is no list for the columns");
    }
    const auto bias = node.AsFloats(6);
    if (!bias.ok()) return bias.status();
    how.bias = *bias;
  }
  float by = 1.0F;
  if (node.Has(7)) {
    const auto requantization = ReadRequantization(node, 7, 8);
    if (!requantization.ok()) return requantization.status();
    how.requantization = *requantization;
    by = requantization->scale;
  }
  for (const float scale : *b_scales) how.scales.push_back(alpha * *a_scale * scale / by);
  return LowerIntegerMatMul(node, std::move(how));
}

}  // namespace biglittle::nn
