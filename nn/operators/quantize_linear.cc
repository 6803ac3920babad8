#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

// clamp(round(x / scale) + zero point); halves go to the even neighbour.
class QuantizeKernel final : public Kernel {
 public:
  explicit QuantizeKernel(Quantization quantization)
      : q_(std::move(quantization)),
        least_(static_cast<float>(RangeOf(q_.element).least)),
        greatest_(static_cast<float>(RangeOf(q_.element).greatest)) {}

  void Run(const KernelArguments& arguments) const override {
    const float* input = arguments.inputs[0];
    float* output = arguments.output;
    for (std::int64_t o = 0; o < arguments.batch * q_.outer; ++o) {
      for (std::size_t c = 0; c < q_.scales.size(); ++c) {
        for (std::int64_t i = 0; i < q_.inner; ++i) {
          const float rounded = std::nearbyint(*input++ / q_.scales[c]) + q_.zero_points[c];
          *output++ = std::min(std::max(least_, rounded), greatest_);
        }
      }
    }
  }
  bool MayOverwrite(std::size_t /*operand*/) const override { return true; }

 private:
  const Quantization q_;
  const float least_;
  const float greatest_;
};

// The same to bytes, with one scale for all.
class ByteQuantizeKernel final : public Kernel {
 public:
  ByteQuantizeKernel(const ByteScale& scale, std::int64_t elements)
      : scale_(scale), elements_(elements) {}

  void Run(const KernelArguments& arguments) const override {
    ForEachPiece(*arguments.workers, arguments.batch * elements_, kBytePiece,
                 [&](std::int64_t first, std::int64_t length) {
                   simd::QuantizeBytes(arguments.inputs[0] + first, length, scale_.scale,
                                       scale_.zero_point, AsBytes(arguments.output) + first);
                 });
  }
  std::string Name() const override { return "to int8"; }
  bool WritesBytes() const override { return true; }
  bool ToChannelsLast() override { return true; }
  std::optional<ByteScale> AsQuantize() const override { return scale_; }

 private:
  const ByteScale scale_;
  const std::int64_t elements_;  // of a sample
};

}  // namespace

std::unique_ptr<Kernel> MakeByteQuantize(const ByteScale& scale, std::int64_t elements) {
  return std::make_unique<ByteQuantizeKernel>(scale, elements);
}

absl::StatusOr<Lowered> LowerQuantizeLinear(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  if (HasDynamicScale(node)) return LowerDynamicQuantize(node);
  absl::StatusOr<Quantization> quantization = ReadQuantization(node);
  if (!quantization.ok()) return quantization.status();
  const ElementType to = quantization->element;
  if (to != ElementType::kUint8 && to != ElementType::kInt8 && to != ElementType::kUint16 &&
      to != ElementType::kInt16) {
    return node.Unsupported(fmt::format("it quantizes to {}", Name(quantization->element)));
  }
  TensorType output{quantization->element, type->dims};
  if (const auto scale = quantization->AsByteScale()) {
    const std::int64_t elements = output.elements();
    return Unary(std::move(output), MakeByteQuantize(*scale, elements));
  }
  return Unary(std::move(output), std::make_unique<QuantizeKernel>(*std::move(quantization)));
}

}  // namespace biglittle::nn
