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
#include "nn/operators/class_labels.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// Each row over its greatest number, the sum of magnitudes, or its length.
absl::StatusOr<Lowered> LowerNormalizer(const NodeView& node) {
  const absl::StatusOr<Table> table = TableOf(node);
  if (!table.ok()) return table.status();
  Attributes attributes(node);
  const std::string norm = attributes.Text("norm", "MAX");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (norm != "MAX" && norm != "L1" && norm != "L2") {
    return node.Invalid(fmt::format("norm {} is not known", Quote(norm)));
  }
  absl::StatusOr<TensorType> output = node.Output(node.Type(0).dims);
  if (!output.ok()) return output.status();
  return LowerSamples(
      node, {0}, *std::move(output), {}, "normalizer " + norm,
      [=, table = *table](const Sample& sample) {
        for (std::int64_t row = 0; row < table.rows; ++row) {
          const float* const x = sample.inputs[0] + row * table.columns;
          double by =
              norm == "MAX" ? static_cast<double>(*std::max_element(x, x + table.columns)) : 0.0;
          for (std::int64_t i = 0; i < table.columns && norm != "MAX"; ++i) {
            const auto value = static_cast<double>(x[i]);
            by += norm == "L1" ? std::fabs(value) : value * value;
          }
          if (norm == "L2") by = std::sqrt(by);
          for (std::int64_t i = 0; i < table.columns; ++i) {
            sample.output[row * table.columns + i] =
                by == 0.0 ? x[i] : static_cast<float>(static_cast<double>(x[i]) / by);
          }
        }
      });
}

}  // namespace biglittle::nn
