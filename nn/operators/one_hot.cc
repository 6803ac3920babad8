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
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {

// Inputs: where the hot one is, how many there are, and what cold and hot are.
absl::StatusOr<Lowered> LowerOneHot(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", -1);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> indices = node.Number(0);
  if (!indices.ok()) return indices.status();
  const absl::StatusOr<float> depth = node.Scalar(1);
  if (!depth.ok()) return depth.status();
  if (!node.IsConstant(2)) return node.Unsupported("input 2 must be a constant");
  const auto values = node.AsFloats(2);
  if (!values.ok()) return values.status();
  if (values->size() != 2) return node.Invalid("it must have two values, off and on");
  if (!(*depth >= 1.0F) || *depth > static_cast<float>(kMaxExactInteger)) {
    return node.Invalid("its depth is impossible");
  }
  const auto axis = node.Axis(given, indices->rank() + 1);
  if (!axis.ok()) return axis.status();
  const auto length = static_cast<std::int64_t>(*depth);
  Dims dims = indices->dims;
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(*axis), length);
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), node.Type(2).element);
  if (!output.ok()) return output.status();
  const std::int64_t outer = Product(indices->dims, 0, *axis);
  const std::int64_t inner = Product(indices->dims, *axis, indices->rank());
  const float off = (*values)[0];
  const float on = (*values)[1];
  return LowerSamples(node, {0}, *std::move(output), {}, "one hot", [=](const Sample& sample) {
    std::fill_n(sample.output, outer * length * inner, off);
    for (std::int64_t i = 0; i < outer * inner; ++i) {
      float at = std::trunc(sample.inputs[0][i]);
      if (at < 0.0F) at += static_cast<float>(length);
      if (!(at >= 0.0F && at < static_cast<float>(length))) continue;
      sample.output[(i / inner * length + static_cast<std::int64_t>(at)) * inner + i % inner] = on;
    }
  });
}

}  // namespace biglittle::nn
