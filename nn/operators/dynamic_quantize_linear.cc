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
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/dynamic_range.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"
#include "nn/simd/bytes.h"

namespace biglittle::nn {
namespace {

// The bytes; the range is computed by each of the outputs that are asked for.
class DynamicQuantizeKernel final : public Kernel {
 public:
  explicit DynamicQuantizeKernel(std::int64_t elements) : elements_(elements) {}

  void Run(const KernelArguments& arguments) const override {
    arguments.workers->ForEach(arguments.batch, [&](std::int64_t n, std::int64_t) {
      const float* const input = arguments.inputs[0] + n * elements_;
      const DynamicRange range = RangeOfFloats(input, elements_);
      simd::QuantizeBytes(input, elements_, range.scale,
                          static_cast<std::int32_t>(range.zero_point),
                          AsBytes(arguments.output) + n * elements_);
    });
  }
  std::string Name() const override { return "to int8 by range"; }
  bool WritesBytes() const override { return true; }
  bool ToChannelsLast() override { return true; }

 private:
  const std::int64_t elements_;  // of a sample
};

}  // namespace

// uint8 by the range of all numbers; the scale and the zero point are outputs too.
absl::StatusOr<Lowered> LowerDynamicQuantizeLinear(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  if (type->has_batch()) {
    return node.Unsupported("it quantizes by the range of all samples of the batch");
  }
  const int what = node.output_index();
  absl::StatusOr<TensorType> output = node.Output(
      what == 0 ? type->dims : Dims{}, what == 1 ? ElementType::kFloat32 : ElementType::kUint8);
  if (!output.ok()) return output.status();
  if (what == 0) {
    const std::int64_t elements = output->elements();
    return Unary(*std::move(output), std::make_unique<DynamicQuantizeKernel>(elements));
  }
  return LowerSamples(node, {0}, *std::move(output), {}, "dynamic quantize",
                      [what, count = type->elements()](const Sample& sample) {
                        const DynamicRange range = RangeOfFloats(sample.inputs[0], count);
                        *sample.output = what == 1 ? range.scale : range.zero_point;
                      });
}

}  // namespace biglittle::nn
