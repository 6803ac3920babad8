#include <fmt/format.h>

#include <algorithm>
#include <array>
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

// Where a sample's parts lie along the axis.
struct ElementsShape {
  std::vector<std::int64_t> extents;  // of the indices, a sample's
  std::vector<std::int64_t> strides;  // of the data
  std::size_t axis = 0;
  std::int64_t length = 0;  // of the data along the axis
};

// One that is out of range counts as the nearest that is not: a run cannot fail.
void Gather(const ElementsShape& shape, std::int64_t count, const Sample& sample) {
  std::array<std::int64_t, kMaxRank> index{};
  const auto length = static_cast<float>(shape.length);
  for (std::int64_t i = 0; i < count; ++i) {
    const float given = sample.inputs[1][i];
    const float at = given < 0.0F ? given + length : given;
    const auto inside = static_cast<std::int64_t>(std::min(std::max(0.0F, at), length - 1.0F));
    std::int64_t position = inside * shape.strides[shape.axis];
    for (std::size_t d = 0; d < shape.extents.size(); ++d) {
      if (d != shape.axis) position += index[d] * shape.strides[d];
    }
    sample.output[i] = sample.inputs[0][position];
    for (std::size_t d = shape.extents.size(); d-- > 0;) {
      if (++index[d] < shape.extents[d]) break;
      index[d] = 0;
    }
  }
}

}  // namespace

absl::StatusOr<Lowered> LowerGatherElements(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const TensorType& data = node.Type(0);
  const TensorType& indices = node.Type(1);
  if (indices.element != ElementType::kInt64 && indices.element != ElementType::kInt32) {
    return node.Invalid(fmt::format("its indices are {}", Name(indices.element)));
  }
  const auto axis = node.InnerAxis(given, data);
  if (!axis.ok()) return axis.status();
  if (indices.rank() != data.rank()) {
    return node.Invalid(
        fmt::format("{} and {} differ in rank", ToString(data.dims), ToString(indices.dims)));
  }
  const Dims of_data = OfOneSample(data.dims);
  ElementsShape shape{OfOneSample(indices.dims), DenseStrides(data.dims),
                      static_cast<std::size_t>(*axis), of_data[static_cast<std::size_t>(*axis)]};
  for (std::size_t d = 0; d < of_data.size(); ++d) {
    const bool batch = (data.dims[d] == kBatch) != (indices.dims[d] == kBatch);
    if (batch && !(node.IsConstant(0) && data.dims[d] == 1)) {
      return node.Unsupported("it looks up the same for all samples of the batch");
    }
    if (d != shape.axis && shape.extents[d] > of_data[d]) {
      return node.Invalid(
          fmt::format("indices {} are beyond {}", ToString(indices.dims), ToString(data.dims)));
    }
  }
  if (shape.length > kMaxExactInteger) return node.Unsupported("its data is too long");
  absl::StatusOr<TensorType> output = node.Output(indices.dims, data.element);
  if (!output.ok()) return output.status();
  const std::int64_t count = output->elements();
  return LowerSamples(node, {0, 1}, *std::move(output), {}, "gather elements",
                      [shape, count](const Sample& sample) { Gather(shape, count, sample); });
}

}  // namespace biglittle::nn
