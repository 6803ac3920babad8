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
#include "nn/operators/support_vectors.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerSVMRegressor(const NodeView& node) {
  const absl::StatusOr<Table> table = TableOf(node);
  if (!table.ok()) return table.status();
  Attributes attributes(node);
  absl::StatusOr<SupportVectors> read = ReadSupportVectors(node, attributes);
  if (!read.ok()) return read.status();
  const std::int64_t count = attributes.Int("n_supports", 0);
  const bool one_class = attributes.Int("one_class", 0) != 0;
  const auto transform = PostTransformOf(node, attributes.Text("post_transform", "NONE"));
  if (!transform.ok()) return transform.status();
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const bool linear = count == 0;
  const std::int64_t columns = table->columns;
  if (linear) read->vectors.clear();
  const bool fits = linear ? std::ssize(read->coefficients) == columns
                           : count > 0 && std::ssize(read->coefficients) == count &&
                                 std::ssize(read->vectors) % count == 0 &&
                                 std::ssize(read->vectors) / count == columns;
  if (!fits) return node.Invalid("its support vectors do not fit its input");
  Dims dims = table->front;
  dims.push_back(1);
  absl::StatusOr<TensorType> output = node.Output(std::move(dims));
  if (!output.ok()) return output.status();
  const std::int64_t work = table->rows * (linear ? columns : std::ssize(read->vectors));
  return LowerSamples(
      node, {0}, *std::move(output), {work, 0, 0}, "support vectors",
      [=, s = *std::move(read), table = *table, transform = *transform](const Sample& sample) {
        for (std::int64_t row = 0; row < table.rows; ++row) {
          const float* const x = sample.inputs[0] + row * columns;
          double sum = static_cast<double>(s.rho[0]);
          if (linear) {
            sum += s.Kernel(x, s.coefficients.data(), columns);
          } else {
            for (std::int64_t i = 0; i < count; ++i) {
              sum += static_cast<double>(s.coefficients[static_cast<std::size_t>(i)]) *
                     s.Kernel(x, s.vectors.data() + i * columns, columns);
            }
          }
          if (one_class) sum = sum > 0.0 ? 1.0 : -1.0;
          sample.output[row] = static_cast<float>(sum);
          Apply(transform, sample.output + row, 1);
        }
      });
}

}  // namespace biglittle::nn
