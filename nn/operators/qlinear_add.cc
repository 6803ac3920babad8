#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/binary_kernel.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/byte_multiply.h"
#include "nn/operators/byte_sum.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/requantization.h"
#include "nn/operators/sample_kernel.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

// Of two computed tensors: `make` is told the operands' scales and the output. nullptr if there is
// no such kernel.
template <typename Make>
absl::StatusOr<std::unique_ptr<Kernel>> InBytes(const NodeView& node, const TensorType& output,
                                                const Requantization& to, Make make) {
  if (node.IsConstant(0) || node.IsConstant(3)) return nullptr;
  const absl::StatusOr<ByteScale> a = ReadByteScale(node, 0, 1);
  if (!a.ok()) return a.status();
  const absl::StatusOr<ByteScale> b = ReadByteScale(node, 3, 4);
  if (!b.ok()) return b.status();
  return make(output, std::array{*a, *b}, ByteTarget{to.AsByteScale(), {}});
}

// Element-wise: by `make` where that can, else in floats: (a - its zero point) * its scale, and so
// on.
template <typename Make, typename Function>
absl::StatusOr<Lowered> LowerPairOf(const NodeView& node, std::string name, Make make,
                                    Function function) {
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
  auto kernel = InBytes(node, *output, *requantization, make);
  if (!kernel.ok()) return kernel.status();
  if (*kernel != nullptr) return Lowered{*std::move(output), Computed{*std::move(kernel), {0, 3}}};
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

}  // namespace

// com.microsoft's.
absl::StatusOr<Lowered> LowerQLinearAdd(const NodeView& node) {
  const auto make = [&node](const TensorType& output, std::span<const ByteScale> scales,
                            const ByteTarget& target) -> std::unique_ptr<Kernel> {
    if (node.Type(0).dims != node.Type(3).dims) return nullptr;
    return MakeByteSum(output.elements(), scales, target);
  };
  return LowerPairOf(node, "integer sum", make,
                     [](float a, float a_scale, float b, float b_scale, float c) {
                       return a * (a_scale / c) + b * (b_scale / c);
                     });
}

absl::StatusOr<Lowered> LowerQLinearMul(const NodeView& node) {
  const auto make = [&node](const TensorType& output, std::span<const ByteScale> scales,
                            const ByteTarget& target) {
    return MakeByteMultiply(node.Type(0).dims, node.Type(3).dims, output.dims, scales, target);
  };
  return LowerPairOf(node, "integer product", make,
                     [](float a, float a_scale, float b, float b_scale, float c) {
                       return a * b * (a_scale * b_scale / c);
                     });
}

}  // namespace biglittle::nn
