#include "nn/operators/dynamic_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {
namespace {

absl::StatusOr<std::vector<int>> Inputs(const NodeView& node) {
  Attributes attributes(node);
  for (const char* name : {"axis", "saturate", "precision", "output_dtype"}) {
    attributes.Ignore(name);
  }
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  std::vector<int> inputs = {0, 1};
  if (node.Has(2)) inputs.push_back(2);
  for (const int input : inputs) {
    if (input == 0) continue;
    if (node.Type(input).elements() != 1 || node.Type(input).has_batch()) {
      return node.Unsupported(fmt::format("input {} is computed and not one number", input));
    }
  }
  return inputs;
}

}  // namespace

bool HasDynamicScale(const NodeView& node) {
  return !node.IsConstant(1) || (node.Has(2) && !node.IsConstant(2));
}

absl::StatusOr<Lowered> LowerDynamicQuantize(const NodeView& node) {
  const absl::StatusOr<std::vector<int>> inputs = Inputs(node);
  if (!inputs.ok()) return inputs.status();
  const ElementType element = node.Has(2) ? node.Type(2).element : ElementType::kUint8;
  if (element != ElementType::kUint8 && element != ElementType::kInt8) {
    return node.Unsupported(fmt::format("it quantizes to {}", Name(element)));
  }
  absl::StatusOr<TensorType> output = node.Output(node.Type(0).dims, element);
  if (!output.ok()) return output.status();
  const auto least = static_cast<float>(RangeOf(element).least);
  const auto greatest = static_cast<float>(RangeOf(element).greatest);
  const bool has_point = node.Has(2);
  const std::int64_t count = output->elements();
  return LowerSamples(node, *inputs, *std::move(output), {}, "quantize", [=](const Sample& sample) {
    const float point = has_point ? *sample.inputs[2] : 0.0F;
    for (std::int64_t i = 0; i < count; ++i) {
      const float x = std::nearbyint(sample.inputs[0][i] / *sample.inputs[1]) + point;
      sample.output[i] = std::min(std::max(least, x), greatest);
    }
  });
}

absl::StatusOr<Lowered> LowerDynamicDequantize(const NodeView& node) {
  const absl::StatusOr<std::vector<int>> inputs = Inputs(node);
  if (!inputs.ok()) return inputs.status();
  absl::StatusOr<TensorType> output = node.Output(node.Type(0).dims);
  if (!output.ok()) return output.status();
  const bool has_point = node.Has(2);
  const std::int64_t count = output->elements();
  return LowerSamples(node, *inputs, *std::move(output), {}, "dequantize",
                      [=](const Sample& sample) {
                        const float point = has_point ? *sample.inputs[2] : 0.0F;
                        for (std::int64_t i = 0; i < count; ++i) {
                          sample.output[i] = (sample.inputs[0][i] - point) * *sample.inputs[1];
                        }
                      });
}

}  // namespace biglittle::nn
