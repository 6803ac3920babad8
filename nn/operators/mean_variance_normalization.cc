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
#include "nn/operators/axes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {

// (x - mean) / deviation along the axes, as the standard has it without a bound on the deviation.
absl::StatusOr<Lowered> LowerMeanVarianceNormalization(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const auto axes = attributes.Ints("axes", {0, 2, 3});
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const auto marked = MarkAxes(node, axes, type->rank());
  if (!marked.ok()) return marked.status();
  StridedLoop<1> outer;
  StridedLoop<1> inner;
  std::int64_t count = 1;
  const auto strides = DenseStrides(type->dims);
  for (std::size_t i = 0; i < strides.size(); ++i) {
    if (type->dims[i] == kBatch) {
      if ((*marked)[i]) return node.Unsupported("it works along the batch dimension");
      continue;
    }
    ((*marked)[i] ? inner : outer).Add(type->dims[i], {strides[i]});
    if ((*marked)[i]) count *= type->dims[i];
  }
  absl::StatusOr<TensorType> output = node.Output(type->dims);
  if (!output.ok()) return output.status();
  return LowerSamples(
      node, {0}, *std::move(output), {}, "mean variance normalization", [=](const Sample& sample) {
        const auto normalise = [&](std::int64_t first) {
          double sum = 0.0;
          double squares = 0.0;
          const auto visit = [&](auto each) {
            inner.ForEachRow([&](const auto& at, std::int64_t length, const auto& stride) {
              for (std::int64_t i = 0; i < length; ++i) each(first + at[0] + i * stride[0]);
            });
          };
          visit([&](std::int64_t i) { sum += static_cast<double>(sample.inputs[0][i]); });
          const double mean = sum / static_cast<double>(count);
          visit([&](std::int64_t i) {
            const double d = static_cast<double>(sample.inputs[0][i]) - mean;
            squares += d * d;
          });
          const double deviation = std::sqrt(squares / static_cast<double>(count)) + 1e-9;
          visit([&](std::int64_t i) {
            sample.output[i] =
                static_cast<float>((static_cast<double>(sample.inputs[0][i]) - mean) / deviation);
          });
        };
        outer.ForEachRow([&](const auto& at, std::int64_t length, const auto& stride) {
          for (std::int64_t i = 0; i < length; ++i) normalise(at[0] + i * stride[0]);
        });
      });
}

}  // namespace biglittle::nn
