#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/byte_scale.h"
#include "nn/operators/attributes.h"
#include "nn/operators/binary_kernel.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/byte_sum.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/requantization.h"
#include "nn/operators/sample_kernel.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

// Element-wise, in floats: (a - its zero point) * its scale, and so on.
template <typename Function>
absl::StatusOr<Lowered> LowerPairOf(const NodeView& node, std::string name, Function function) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  std::array<float, 4> numbers{};
  for (const auto& [input, at] : {std::pair{1, 0}, std::pair{4, 2}}) {
    const absl::StatusOr<float> scale = ReadScale(node, input);
    if (!scale.ok()) return scale.status();
    const absl::StatusOr<float> point = ReadZeroPoint(node, input + 1);
    if (!point.ok()) return point.status();
    numbers[static_cast<std::size_t>(at)] = *scale;
    numbers[static_cast<std::size_t>(at) + 1] = *point;
  }
  const auto requantization = ReadRequantization(node, 6, 7);
  if (!requantization.ok()) return requantization.status();
  absl::StatusOr<Dims> dims = Broadcast(node, node.Type(0).dims, node.Type(3).dims);
  if (!dims.ok()) return dims.status();
  absl::StatusOr<TensorType> output = node.Output(*std::move(dims), requantization->element);
  if (!output.ok()) return output.status();
  const StridedLoop<2> loop = MakeBinaryLoop(output->dims, node.Type(0).dims, node.Type(3).dims);
  return LowerSamples(
      node, {0, 3}, *std::move(output), {}, std::move(name),
      [=, r = *requantization](const Sample& sample) {
        float* to = sample.output;
        loop.ForEachRow([&](const auto& at, std::int64_t length, const auto& strides) {
          for (std::int64_t i = 0; i < length; ++i) {
            const float a = sample.inputs[0][at[0] + i * strides[0]] - numbers[1];
            const float b = sample.inputs[1][at[1] + i * strides[1]] - numbers[3];
            *to++ = r(function(a, numbers[0], b, numbers[2], r.scale));
          }
        });
      });
}

// Of two computed tensors of one shape.
absl::StatusOr<Lowered> LowerByteSum(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const absl::StatusOr<ByteScale> a = ReadByteScale(node, 0, 1);
  if (!a.ok()) return a.status();
  const absl::StatusOr<ByteScale> b = ReadByteScale(node, 3, 4);
  if (!b.ok()) return b.status();
  const auto requantization = ReadRequantization(node, 6, 7);
  if (!requantization.ok()) return requantization.status();
  absl::StatusOr<TensorType> output = node.Output(node.Type(0).dims, requantization->element);
  if (!output.ok()) return output.status();
  Computed computed{nullptr, {0, 3}};
  computed.kernel =
      MakeByteSum(output->elements(), std::array{*a, *b}, {requantization->AsByteScale(), {}});
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace

// com.microsoft's.
absl::StatusOr<Lowered> LowerQLinearAdd(const NodeView& node) {
  const bool computed = !node.IsConstant(0) && !node.IsConstant(3);
  if (computed && node.Type(0).dims == node.Type(3).dims) return LowerByteSum(node);
  return LowerPairOf(node, "integer sum",
                     [](float a, float a_scale, float b, float b_scale, float c) {
                       return a * (a_scale / c) + b * (b_scale / c);
                     });
}

absl::StatusOr<Lowered> LowerQLinearMul(const NodeView& node) {
  return LowerPairOf(node, "integer product",
                     [](float a, float a_scale, float b, float b_scale, float c) {
                       return a * b * (a_scale * b_scale / c);
                     });
}

}  // namespace biglittle::nn
