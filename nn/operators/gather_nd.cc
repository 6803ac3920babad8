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
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

struct Lookup {
  std::int64_t outer = 1;             // of a sample: dimensions that both have in front
  std::int64_t rows = 1;              // of indices for each of those
  std::vector<std::int64_t> lengths;  // what each number of a row counts along
  std::vector<std::int64_t> strides;  // likewise
  std::int64_t block = 1;             // elements that a row yields
  std::int64_t data_outer_stride = 0;
};

// An index that is out of range counts as the nearest that is not: a run cannot fail.
void Gather(const Lookup& l, const Sample& sample) {
  const float* row = sample.inputs[1];
  float* output = sample.output;
  for (std::int64_t o = 0; o < l.outer; ++o) {
    for (std::int64_t r = 0; r < l.rows; ++r) {
      std::int64_t position = o * l.data_outer_stride;
      for (std::size_t k = 0; k < l.lengths.size(); ++k) {
        const auto length = static_cast<float>(l.lengths[k]);
        const float at = row[k] < 0.0F ? row[k] + length : row[k];
        position +=
            static_cast<std::int64_t>(std::min(std::max(0.0F, at), length - 1.0F)) * l.strides[k];
      }
      row += l.lengths.size();
      output = std::copy_n(sample.inputs[0] + position, l.block, output);
    }
  }
}

}  // namespace

absl::StatusOr<Lowered> LowerGatherND(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t shared = attributes.Int("batch_dims", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const TensorType& data = node.Type(0);
  const TensorType& indices = node.Type(1);
  const std::int64_t depth = indices.dims.empty() ? 0 : indices.dims.back();
  if (indices.element != ElementType::kInt64 || depth < 1 || depth == kBatch || shared < 0 ||
      shared >= indices.rank() || shared + depth > data.rank()) {
    return node.Invalid(
        fmt::format("indices {} do not fit {}", ToString(indices.dims), ToString(data.dims)));
  }
  for (std::int64_t d = 0; d < std::max(data.rank(), indices.rank()); ++d) {
    const auto at = static_cast<std::size_t>(d);
    const bool of_data = d < data.rank() && data.dims[at] == kBatch;
    const bool of_indices = d < indices.rank() && indices.dims[at] == kBatch;
    if (d < shared && data.dims[at] != indices.dims[at]) {
      return node.Invalid(
          fmt::format("indices {} do not fit {}", ToString(indices.dims), ToString(data.dims)));
    }
    if (d >= shared && (of_data || (of_indices && d > 0))) {
      return node.Unsupported("it looks up across the samples of the batch");
    }
  }
  const Dims of_data = OfOneSample(data.dims);
  const auto strides = DenseStrides(of_data);
  Lookup l;
  l.outer = Product(data.dims, 0, shared);
  l.rows = Product(indices.dims, shared, indices.rank() - 1);
  for (std::int64_t d = shared; d < shared + depth; ++d) {
    l.lengths.push_back(of_data[static_cast<std::size_t>(d)]);
    l.strides.push_back(strides[static_cast<std::size_t>(d)]);
    if (l.lengths.back() > kMaxExactInteger) return node.Unsupported("its data is too long");
  }
  l.block = Product(data.dims, shared + depth, data.rank());
  l.data_outer_stride = Product(data.dims, shared, data.rank());
  Dims dims(indices.dims.begin(), indices.dims.end() - 1);
  dims.insert(dims.end(), data.dims.begin() + static_cast<std::ptrdiff_t>(shared + depth),
              data.dims.end());
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), data.element);
  if (!output.ok()) return output.status();
  return LowerSamples(node, {0, 1}, *std::move(output), {}, "gather nd",
                      [l](const Sample& sample) { Gather(l, sample); });
}

}  // namespace biglittle::nn
