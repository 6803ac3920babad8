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
#include "nn/operators/axes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerLpNormalization(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", -1);
  const std::int64_t p = attributes.Int("p", 2);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (p != 1 && p != 2) return node.Invalid("p must be 1 or 2");
  const auto axis = node.InnerAxis(given, *type);
  if (!axis.ok()) return axis.status();
  const AxisExtents e{Product(type->dims, 0, *axis), type->dims[static_cast<std::size_t>(*axis)],
                      Product(type->dims, *axis + 1, type->rank())};
  absl::StatusOr<TensorType> output = node.Output(type->dims);
  if (!output.ok()) return output.status();
  return LowerSamples(
      node, {0}, *std::move(output), {}, "lp normalization", [=](const Sample& sample) {
        for (std::int64_t o = 0; o < e.outer * e.inner; ++o) {
          const std::int64_t first = o / e.inner * e.length * e.inner + o % e.inner;
          double sum = 0.0;
          for (std::int64_t k = 0; k < e.length; ++k) {
            const auto x = static_cast<double>(sample.inputs[0][first + k * e.inner]);
            sum += p == 1 ? std::fabs(x) : x * x;
          }
          const double norm = p == 1 ? sum : std::sqrt(sum);
          const auto by = static_cast<float>(norm == 0.0 ? 0.0 : 1.0 / norm);
          for (std::int64_t k = 0; k < e.length; ++k) {
            sample.output[first + k * e.inner] = sample.inputs[0][first + k * e.inner] * by;
          }
        }
      });
}

}  // namespace biglittle::nn
