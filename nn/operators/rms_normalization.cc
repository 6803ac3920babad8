#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// x / root of the mean of squares, times the scale; com.microsoft's SimplifiedLayerNormalization is
// the same.
absl::StatusOr<Lowered> LowerRMSNormalization(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", -1);
  const float epsilon = attributes.Float("epsilon", 1e-5F);
  attributes.Ignore("stash_type");  // the precision of the statistics: ours is double
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const auto axis = node.InnerAxis(given, *type);
  if (!axis.ok()) return axis.status();
  absl::StatusOr<ConstantPtr> scale = node.FloatConstant(1);
  if (!scale.ok()) return scale.status();
  const std::int64_t length = Product(type->dims, *axis, type->rank());
  const std::int64_t count = (*scale)->type.elements();
  const std::int64_t last = type->dims.back();
  if (count != length && count != 1 && count != last) {
    return node.Unsupported("its scale has neither a number for each element nor one for all");
  }
  const std::int64_t rows = Product(type->dims, 0, *axis);
  absl::StatusOr<TensorType> output = node.Output(type->dims);
  if (!output.ok()) return output.status();
  return LowerSamples(node, {0}, *std::move(output), {}, "rms normalization",
                      [=, scale = *scale](const Sample& sample) {
                        for (std::int64_t row = 0; row < rows; ++row) {
                          const float* const x = sample.inputs[0] + row * length;
                          double squares = 0.0;
                          for (std::int64_t i = 0; i < length; ++i) {
                            squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
                          }
                          const auto factor = static_cast<float>(
                              1.0 / std::sqrt(squares / static_cast<double>(length) +
                                              static_cast<double>(epsilon)));
                          for (std::int64_t i = 0; i < length; ++i) {
                            sample.output[row * length + i] =
                                x[i] * factor * scale->floats[static_cast<std::size_t>(i % count)];
                          }
                        }
                      });
}

}  // namespace biglittle::nn
