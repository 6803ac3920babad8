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
#include "nn/operators/scatter.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

struct Place {
  std::vector<std::int64_t> extents;  // of the updates
  std::vector<std::int64_t> strides;  // of the data
  std::size_t axis = 0;
  std::int64_t length = 0;  // of the data along the axis
  std::int64_t elements = 0;
  Joining joining = Joining::kNone;
};

// One that is out of range counts as the nearest that is not: a run cannot fail.
void Scatter(const Place& p, std::int64_t count, const Sample& sample) {
  std::copy_n(sample.inputs[0], p.elements, sample.output);
  std::array<std::int64_t, kMaxRank> index{};
  const auto length = static_cast<float>(p.length);
  for (std::int64_t i = 0; i < count; ++i) {
    const float given = sample.inputs[1][i];
    const float at = given < 0.0F ? given + length : given;
    std::int64_t position =
        static_cast<std::int64_t>(std::min(std::max(0.0F, at), length - 1.0F)) * p.strides[p.axis];
    for (std::size_t d = 0; d < p.extents.size(); ++d) {
      if (d != p.axis) position += index[d] * p.strides[d];
    }
    float& to = sample.output[position];
    to = Join(p.joining, to, sample.inputs[2][i]);
    for (std::size_t d = p.extents.size(); d-- > 0;) {
      if (++index[d] < p.extents[d]) break;
      index[d] = 0;
    }
  }
}

}  // namespace

// Opset 9's Scatter, too.
absl::StatusOr<Lowered> LowerScatterElements(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", 0);
  const auto joining = JoiningOf(node, attributes.Text("reduction", "none"));
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!joining.ok()) return joining.status();
  const TensorType& data = node.Type(0);
  const TensorType& indices = node.Type(1);
  const auto axis = node.InnerAxis(given, data);
  if (!axis.ok()) return axis.status();
  if (indices.rank() != data.rank() || node.Type(2).dims != indices.dims) {
    return node.Invalid("its data, indices and updates do not fit");
  }
  const Dims of_data = OfOneSample(data.dims);
  Place p{OfOneSample(indices.dims),
          DenseStrides(data.dims),
          static_cast<std::size_t>(*axis),
          of_data[static_cast<std::size_t>(*axis)],
          data.elements(),
          *joining};
  for (std::size_t d = 0; d < of_data.size(); ++d) {
    if ((data.dims[d] == kBatch) != (indices.dims[d] == kBatch)) {
      return node.Unsupported("its batch is not that of its data");
    }
    if (d != p.axis && p.extents[d] > of_data[d]) return node.Invalid("its indices do not fit");
  }
  absl::StatusOr<TensorType> output = node.Output(data.dims, data.element);
  if (!output.ok()) return output.status();
  const std::int64_t count = indices.elements();
  return LowerSamples(node, {0, 1, 2}, *std::move(output), {}, "scatter elements",
                      [p, count](const Sample& sample) { Scatter(p, count, sample); });
}

}  // namespace biglittle::nn
