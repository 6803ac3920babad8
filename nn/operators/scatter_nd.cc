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
#include "nn/operators/scatter.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {

// Whole blocks are replaced, of the same ones the last wins.
absl::StatusOr<Lowered> LowerScatterND(const NodeView& node) {
  Attributes attributes(node);
  const auto joining = JoiningOf(node, attributes.Text("reduction", "none"));
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!joining.ok()) return joining.status();
  const TensorType& data = node.Type(0);
  const TensorType& indices = node.Type(1);
  const std::int64_t depth = indices.dims.empty() ? 0 : indices.dims.back();
  if (data.has_batch() || indices.has_batch() || node.Type(2).has_batch()) {
    return node.Unsupported("it writes across the samples of the batch");
  }
  if (depth < 1 || depth > data.rank()) return node.Invalid("its indices do not fit its data");
  const auto strides = DenseStrides(data.dims);
  const std::int64_t rows = indices.elements() / depth;
  const std::int64_t block = Product(data.dims, depth, data.rank());
  if (node.Type(2).elements() != rows * block) return node.Invalid("its updates do not fit");
  absl::StatusOr<TensorType> output = node.Output(data.dims, data.element);
  if (!output.ok()) return output.status();
  return LowerSamples(
      node, {0, 1, 2}, *std::move(output), {}, "scatter nd",
      [=, joining = *joining, dims = data.dims, elements = data.elements()](const Sample& sample) {
        std::copy_n(sample.inputs[0], elements, sample.output);
        for (std::int64_t r = 0; r < rows; ++r) {
          std::int64_t position = 0;
          for (std::int64_t k = 0; k < depth; ++k) {
            const auto d = static_cast<std::size_t>(k);
            const auto length = static_cast<float>(dims[d]);
            const float given = sample.inputs[1][r * depth + k];
            const float at = given < 0.0F ? given + length : given;
            position +=
                static_cast<std::int64_t>(std::min(std::max(0.0F, at), length - 1.0F)) * strides[d];
          }
          for (std::int64_t i = 0; i < block; ++i) {
            float& to = sample.output[position + i];
            const float update = sample.inputs[2][r * block + i];
            to = Join(joining, to, update);
          }
        }
      });
}

}  // namespace biglittle::nn
