#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/dynamic_scale.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/quantization.h"

namespace biglittle::nn {
namespace {

// (x - zero point) * scale.
class DequantizeKernel final : public Kernel {
 public:
  explicit DequantizeKernel(Quantization quantization) : q_(std::move(quantization)) {}

  void Run(const KernelArguments& arguments) const override {
    const float* input = arguments.inputs[0];
    float* output = arguments.output;
    for (std::int64_t o = 0; o < arguments.batch * q_.outer; ++o) {
      for (std::size_t c = 0; c < q_.scales.size(); ++c) {
        for (std::int64_t i = 0; i < q_.inner; ++i) {
          *output++ = (*input++ - q_.zero_points[c]) * q_.scales[c];
        }
      }
    }
  }
  bool MayOverwrite(std::size_t /*operand*/) const override { return true; }

 private:
  const Quantization q_;
};

}  // namespace

absl::StatusOr<Lowered> LowerDequantizeLinear(const NodeView& node) {
  const TensorType& type = node.Type(0);
  if (type.element != ElementType::kUint8 && type.element != ElementType::kInt8 &&
      type.element != ElementType::kInt32 && type.element != ElementType::kUint16 &&
      type.element != ElementType::kInt16) {
    return node.Unsupported(fmt::format("its input is {}", Name(type.element)));
  }
  if (HasDynamicScale(node)) return LowerDynamicDequantize(node);
  absl::StatusOr<Quantization> quantization = ReadQuantization(node);
  if (!quantization.ok()) return quantization.status();
  if (quantization->has_zero_points && quantization->element != type.element) {
    return node.Invalid(fmt::format("its input is {}, its zero point {}", Name(type.element),
                                    Name(quantization->element)));
  }
  absl::StatusOr<TensorType> output = node.Output(type.dims);
  if (!output.ok()) return output.status();
  return Unary(*std::move(output), std::make_unique<DequantizeKernel>(*std::move(quantization)));
}

}  // namespace biglittle::nn
