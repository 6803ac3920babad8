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

// Elements of the last dimension. A list gives one row.
absl::StatusOr<Lowered> LowerArrayFeatureExtractor(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const TensorType& data = node.Type(0);
  const TensorType& indices = node.Type(1);
  if (data.dims.empty() || data.dims.back() == kBatch) {
    return node.Unsupported("it picks along the batch dimension");
  }
  if (indices.has_batch()) return node.Unsupported("it picks what the samples of a batch say");
  const std::int64_t length = data.dims.back();
  const std::int64_t count = indices.elements();
  Dims dims(data.dims.begin(), data.dims.end() - 1);
  if (dims.empty()) dims.push_back(1);
  dims.push_back(count);
  const std::int64_t rows = Product(data.dims, 0, data.rank() - 1);
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), data.element);
  if (!output.ok()) return output.status();
  auto lowered = LowerSamples(
      node, {0, 1}, *std::move(output), {}, "array feature extractor", [=](const Sample& sample) {
        float* to = sample.output;
        for (std::int64_t row = 0; row < rows; ++row) {
          for (std::int64_t i = 0; i < count; ++i) {
            const float at =
                std::min(std::max(0.0F, sample.inputs[1][i]), static_cast<float>(length - 1));
            *to++ = sample.inputs[0][row * length + static_cast<std::int64_t>(at)];
          }
        }
      });
  return lowered;
}

}  // namespace biglittle::nn
