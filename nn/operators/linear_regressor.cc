#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/class_labels.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerLinearRegressor(const NodeView& node) {
  const absl::StatusOr<Table> table = TableOf(node);
  if (!table.ok()) return table.status();
  Attributes attributes(node);
  const auto coefficients = attributes.Floats("coefficients");
  const auto intercepts = attributes.Floats("intercepts");
  const std::int64_t targets = attributes.Int("targets", 1);
  const auto transform = PostTransformOf(node, attributes.Text("post_transform", "NONE"));
  if (!transform.ok()) return transform.status();
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (targets < 1 || targets > kMaxExactInteger ||
      std::ssize(coefficients) != targets * table->columns ||
      (!intercepts.empty() && std::ssize(intercepts) != targets)) {
    return node.Invalid(fmt::format("{} coefficients for {} columns and {} targets",
                                    coefficients.size(), table->columns, targets));
  }
  Dims dims = table->front;
  dims.push_back(targets);
  absl::StatusOr<TensorType> output = node.Output(std::move(dims));
  if (!output.ok()) return output.status();
  return LowerSamples(
      node, {0}, *std::move(output), {table->rows * std::ssize(coefficients), 0, 0}, "linear",
      [=, table = *table, transform = *transform](const Sample& sample) {
        for (std::int64_t row = 0; row < table.rows; ++row) {
          const float* const x = sample.inputs[0] + row * table.columns;
          float* const y = sample.output + row * targets;
          for (std::int64_t k = 0; k < targets; ++k) {
            const auto at = static_cast<std::size_t>(k);
            double sum = intercepts.empty() ? 0.0 : static_cast<double>(intercepts[at]);
            for (std::int64_t i = 0; i < table.columns; ++i) {
              sum += static_cast<double>(x[i]) *
                     static_cast<double>(
                         coefficients[static_cast<std::size_t>(k * table.columns + i)]);
            }
            y[k] = static_cast<float>(sum);
          }
          Apply(transform, y, targets);
        }
      });
}

}  // namespace biglittle::nn
