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
#include "nn/operators/axes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// 1 at the first of the greatest, 0 elsewhere. Before opset 13 everything from the axis on is one
// row.
absl::StatusOr<Lowered> LowerHardmax(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const bool one_dimension = node.opset() >= 13;
  const auto axis = node.InnerAxis(attributes.Int("axis", one_dimension ? -1 : 1), *type);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!axis.ok()) return axis.status();
  const std::int64_t end = one_dimension ? *axis + 1 : type->rank();
  const AxisExtents e{Product(type->dims, 0, *axis), Product(type->dims, *axis, end),
                      Product(type->dims, end, type->rank())};
  absl::StatusOr<TensorType> output = node.Output(type->dims);
  if (!output.ok()) return output.status();
  return LowerSamples(node, {0}, *std::move(output), {}, "hardmax", [=](const Sample& sample) {
    for (std::int64_t o = 0; o < e.outer * e.inner; ++o) {
      const std::int64_t first = o / e.inner * e.length * e.inner + o % e.inner;
      std::int64_t best = 0;
      for (std::int64_t k = 0; k < e.length; ++k) {
        const float x = sample.inputs[0][first + k * e.inner];
        if (x > sample.inputs[0][first + best * e.inner]) best = k;
        sample.output[first + k * e.inner] = 0.0F;
      }
      sample.output[first + best * e.inner] = 1.0F;
    }
  });
}

}  // namespace biglittle::nn
