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
#include "nn/operators/integer_conv.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/requantization.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerQLinearConv(const NodeView& node) {
  const Dims& weights = node.Type(3).dims;
  if (weights.empty()) return node.Invalid("its weights have no shape");
  const std::int64_t channels = weights[0];
  const absl::StatusOr<float> input_scale = ReadScale(node, 1);
  if (!input_scale.ok()) return input_scale.status();
  const auto weight_scales = ReadScales(node, 4, channels);
  if (!weight_scales.ok()) return weight_scales.status();
  const auto requantization = ReadRequantization(node, 6, 7);
  if (!requantization.ok()) return requantization.status();
  IntegerConvOutput output;
  output.bias.assign(static_cast<std::size_t>(channels), 0.0F);
  if (node.Has(8)) {
    if (!node.IsConstant(8) || node.Type(8).elements() != channels ||
        node.Type(8).element != ElementType::kInt32) {
      return node.Unsupported("its bias is no list of int32 for the channels");
    }
    for (std::size_t m = 0; m < output.bias.size(); ++m) {
      const std::int64_t bias = node.ConstantAt(8)->ints[m];
      if (bias > kMaxExactInteger || bias < -kMaxExactInteger) {
        return node.Unsupported(fmt::format("its bias {}, which no float32 equals", bias));
      }
      output.bias[m] = static_cast<float>(bias);
    }
  }
  for (const float scale : *weight_scales) {
    output.scales.push_back(*input_scale * scale / requantization->scale);
  }
  output.requantization = *requantization;
  return LowerIntegerConv(node, {0, 3, 2, 5}, std::move(output));
}

}  // namespace biglittle::nn
