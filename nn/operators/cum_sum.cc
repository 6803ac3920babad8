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

absl::StatusOr<Lowered> LowerCumSum(const NodeView& node) {
  Attributes attributes(node);
  const bool exclusive = attributes.Int("exclusive", 0) != 0;
  const bool reverse = attributes.Int("reverse", 0) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> type = node.Number(0);
  if (!type.ok()) return type.status();
  const auto given = node.Ints(1);
  if (!given.ok()) return given.status();
  if (given->size() != 1) return node.Invalid("its axis must be one number");
  const auto axis = node.InnerAxis((*given)[0], *type);
  if (!axis.ok()) return axis.status();
  const AxisExtents e{Product(type->dims, 0, *axis), type->dims[static_cast<std::size_t>(*axis)],
                      Product(type->dims, *axis + 1, type->rank())};
  absl::StatusOr<TensorType> output = node.Output(type->dims, type->element);
  if (!output.ok()) return output.status();
  return LowerSamples(
      node, {0}, *std::move(output), {}, "cumulative sum", [=](const Sample& sample) {
        for (std::int64_t o = 0; o < e.outer * e.inner; ++o) {
          const std::int64_t first = o / e.inner * e.length * e.inner + o % e.inner;
          double sum = 0.0;
          for (std::int64_t k = 0; k < e.length; ++k) {
            const std::int64_t at = first + (reverse ? e.length - 1 - k : k) * e.inner;
            const auto x = static_cast<double>(sample.inputs[0][at]);
            sample.output[at] = static_cast<float>(exclusive ? sum : sum + x);
            sum += x;
          }
        }
      });
}

}  // namespace biglittle::nn
