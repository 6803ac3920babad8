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
#include "nn/kernel/byte_scale.h"
#include "nn/operators/attributes.h"
#include "nn/operators/byte_concat.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/requantization.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// com.microsoft's: inputs are the output's scale and zero point, then each part with its own.
absl::StatusOr<Lowered> LowerQLinearConcat(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", 1);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const auto requantization = ReadRequantization(node, 0, 1);
  if (!requantization.ok()) return requantization.status();
  const int parts = (node.input_count() - 2) / 3;
  if (parts < 1 || parts > static_cast<int>(kMaxSampleInputs) ||
      3 * parts + 2 != node.input_count()) {
    return node.Unsupported(fmt::format("{} inputs", node.input_count()));
  }
  std::vector<int> inputs;
  std::vector<float> scales;
  std::vector<float> points;
  for (int i = 0; i < parts; ++i) {
    const int input = 2 + 3 * i;
    if (!node.Has(input)) return node.Invalid(fmt::format("input {} is left out", input));
    const absl::StatusOr<float> scale = ReadScale(node, input + 1);
    if (!scale.ok()) return scale.status();
    const absl::StatusOr<float> point = ReadZeroPoint(node, input + 2);
    if (!point.ok()) return point.status();
    inputs.push_back(input);
    scales.push_back(*scale / requantization->scale);
    points.push_back(*point);
  }
  const TensorType& first = node.Type(2);
  const auto axis = node.InnerAxis(given, first);
  if (!axis.ok()) return axis.status();
  const auto at = static_cast<std::size_t>(*axis);
  Dims dims = first.dims;
  std::vector<std::int64_t> blocks;
  for (const int input : inputs) {
    Dims own = node.Type(input).dims;
    if (own.size() != dims.size()) return node.Invalid("its parts differ in rank");
    blocks.push_back(Product(own, *axis, node.Type(input).rank()));
    if (input != inputs[0]) dims[at] += own[at];
    own[at] = dims[at];
    if (own != dims) return node.Invalid("its parts cannot be joined");
  }
  const std::int64_t repeats = Product(first.dims, 0, *axis);
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), requantization->element);
  if (!output.ok()) return output.status();
  const bool known =
      std::ranges::any_of(inputs, [&node](int input) { return node.IsConstant(input); });
  if (!known) {
    std::vector<ByteScale> parts_of;
    for (const int input : inputs) {
      const absl::StatusOr<ByteScale> part = ReadByteScale(node, input, input + 1);
      if (!part.ok()) return part.status();
      parts_of.push_back(*part);
    }
    const bool channels = *axis == 1 && output->rank() > 2;
    const std::int64_t pixels = channels ? Product(output->dims, 2, output->rank()) : 0;
    Computed computed{nullptr, inputs};
    computed.kernel =
        MakeByteConcat(blocks, repeats, pixels, parts_of, {requantization->AsByteScale(), {}});
    return Lowered{*std::move(output), std::move(computed)};
  }
  return LowerSamples(node, inputs, *std::move(output), {}, "quantized concat",
                      [=, r = *requantization](const Sample& sample) {
                        float* to = sample.output;
                        for (std::int64_t row = 0; row < repeats; ++row) {
                          for (std::size_t k = 0; k < blocks.size(); ++k) {
                            const float* from = sample.inputs[k] + row * blocks[k];
                            for (std::int64_t i = 0; i < blocks[k]; ++i) {
                              *to++ = r((from[i] - points[k]) * scales[k]);
                            }
                          }
                        }
                      });
}

}  // namespace biglittle::nn
