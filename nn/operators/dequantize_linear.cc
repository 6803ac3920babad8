#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/kernel/pieces.h"
#include "nn/operators/byte_quantize.h"
#include "nn/operators/dynamic_scale.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/quantization.h"
#include "nn/simd/bytes.h"

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

// The same of bytes, with one scale for all.
class ByteDequantizeKernel final : public Kernel {
 public:
  ByteDequantizeKernel(const ByteScale& scale, std::int64_t elements)
      : scale_(scale), elements_(elements) {}

  void Run(const KernelArguments& arguments) const override {
    ForEachPiece(*arguments.workers, arguments.batch * elements_, kBytePiece,
                 [&](std::int64_t first, std::int64_t length) {
                   simd::DequantizeBytes(AsBytes(arguments.inputs[0]) + first, length, scale_.scale,
                                         scale_.zero_point, arguments.output + first);
                 });
  }
  std::string Name() const override { return "from int8"; }
  bool ReadsBytes(std::size_t /*operand*/) const override { return true; }
  bool ToChannelsLast() override { return true; }
  std::optional<ByteScale> AsDequantize() const override { return scale_; }

 private:
  const ByteScale scale_;
  const std::int64_t elements_;  // of a sample
};

}  // namespace

std::unique_ptr<Kernel> MakeByteDequantize(const ByteScale& scale, std::int64_t elements) {
  return std::make_unique<ByteDequantizeKernel>(scale, elements);
}

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
  quantization->element = type.element;
  std::shared_ptr<const WeightScales> scales;
  if (node.IsConstant(0) &&
      (type.element == ElementType::kInt8 || type.element == ElementType::kUint8)) {
    scales = std::make_shared<const WeightScales>(
        WeightScales{quantization->scales, quantization->axis});
  }
  if (const auto scale = quantization->AsByteScale()) {
    const std::int64_t elements = output->elements();
    return Lowered{*std::move(output),
                   Computed{MakeByteDequantize(*scale, elements), {0}, false, std::move(scales)}};
  }
  auto kernel = std::make_unique<DequantizeKernel>(*std::move(quantization));
  return Lowered{*std::move(output), Computed{std::move(kernel), {0}, false, std::move(scales)}};
}

}  // namespace biglittle::nn
