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
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/normalization.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// com.microsoft's: the sum of both inputs and a bias, normalised along the last dimension.
absl::StatusOr<Lowered> LowerSkipLayerNormalization(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const float epsilon = attributes.Float("epsilon", 1e-12F);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!(epsilon > 0.0F) || node.Type(1).dims != type->dims || type->dims.empty() ||
      type->dims.back() == kBatch) {
    return node.Unsupported("its inputs differ in shape");
  }
  const std::int64_t length = type->dims.back();
  std::array<ConstantPtr, 3> parameters;  // scale, shift, bias
  for (int i = 0; i < 3; ++i) {
    if (!node.Has(i + 2)) continue;
    const absl::StatusOr<ConstantPtr> given = node.FloatConstant(i + 2);
    if (!given.ok()) return given.status();
    if ((*given)->type.dims != Dims{length}) return node.Invalid("its scale or bias does not fit");
    parameters[static_cast<std::size_t>(i)] = *given;
  }
  if (parameters[0] == nullptr) return node.Invalid("it has no scale");
  absl::StatusOr<TensorType> output = node.Output(type->dims);
  if (!output.ok()) return output.status();
  const std::int64_t rows = type->elements() / length;
  return LowerSamples(
      node, {0, 1}, *std::move(output), {}, "skip layer normalization", [=](const Sample& sample) {
        const auto at = [&](std::size_t k, std::int64_t i) {
          return parameters[k] == nullptr ? 0.0F
                                          : parameters[k]->floats[static_cast<std::size_t>(i)];
        };
        for (std::int64_t row = 0; row < rows; ++row) {
          float* const y = sample.output + row * length;
          for (std::int64_t i = 0; i < length; ++i) {
            y[i] =
                sample.inputs[0][row * length + i] + sample.inputs[1][row * length + i] + at(2, i);
          }
          const Standardisation s = Standardise(y, length, epsilon);
          for (std::int64_t i = 0; i < length; ++i) {
            y[i] = (y[i] - s.mean) * s.factor * at(0, i) + at(1, i);
          }
        }
      });
}

}  // namespace biglittle::nn
