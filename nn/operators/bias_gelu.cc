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
#include "nn/operators/gelu_function.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {
namespace {

// gelu(x + bias), the bias along the last dimension or left out.
template <typename Function>
absl::StatusOr<Lowered> LowerWithBias(const NodeView& node, Function function, std::string name) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  absl::StatusOr<TensorType> output = node.Output(type->dims);
  if (!output.ok()) return output.status();
  ConstantPtr bias;
  if (node.Has(1)) {
    const absl::StatusOr<ConstantPtr> given = node.FloatConstant(1);
    if (!given.ok()) return given.status();
    if (type->dims.empty() || (*given)->type.dims != Dims{type->dims.back()}) {
      return node.Invalid("its bias does not fit");
    }
    bias = *given;
  }
  return LowerSamples(node, {0}, *std::move(output), {}, std::move(name),
                      [=, elements = type->elements()](const Sample& sample) {
                        const std::size_t length = bias == nullptr ? 1 : bias->floats.size();
                        for (std::int64_t i = 0; i < elements; ++i) {
                          const float b = bias == nullptr
                                              ? 0.0F
                                              : bias->floats[static_cast<std::size_t>(i) % length];
                          sample.output[i] = function(sample.inputs[0][i] + b);
                        }
                      });
}

}  // namespace

// com.microsoft's.
absl::StatusOr<Lowered> LowerBiasGelu(const NodeView& node) {
  return LowerWithBias(node, ExactGelu, "bias gelu");
}

absl::StatusOr<Lowered> LowerFastGelu(const NodeView& node) {
  return LowerWithBias(node, GeluByTanh, "fast gelu");
}

}  // namespace biglittle::nn
