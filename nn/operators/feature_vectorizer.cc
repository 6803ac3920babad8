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
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// Columns of all inputs side by side.
absl::StatusOr<Lowered> LowerFeatureVectorizer(const NodeView& node) {
  Attributes attributes(node);
  attributes.Ignore("inputdimensions");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (node.input_count() > static_cast<int>(kMaxSampleInputs)) {
    return node.Unsupported("it has too many inputs");
  }
  std::vector<int> inputs;
  std::vector<std::int64_t> columns;
  std::int64_t all = 0;
  for (int i = 0; i < node.input_count(); ++i) {
    const absl::StatusOr<TensorType> type = node.Number(i);
    if (!type.ok()) return type.status();
    if (type->rank() != 2 || type->dims[0] != node.Type(0).dims[0] || type->dims[1] == kBatch) {
      return node.Invalid("its inputs are no tables of equally many rows");
    }
    inputs.push_back(i);
    columns.push_back(type->dims[1]);
    all += type->dims[1];
  }
  const std::int64_t rows = node.Type(0).dims[0] == kBatch ? 1 : node.Type(0).dims[0];
  absl::StatusOr<TensorType> output = node.Output({node.Type(0).dims[0], all});
  if (!output.ok()) return output.status();
  return LowerSamples(node, inputs, *std::move(output), {}, "feature vectorizer",
                      [=](const Sample& sample) {
                        float* to = sample.output;
                        for (std::int64_t row = 0; row < rows; ++row) {
                          for (std::size_t i = 0; i < columns.size(); ++i) {
                            to = std::copy_n(sample.inputs[i] + row * columns[i], columns[i], to);
                          }
                        }
                      });
}

}  // namespace biglittle::nn
