// The kernel of element-wise functions of two tensors with NumPy's broadcasting.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/binary_function.h"
#include "nn/operators/byte_multiply.h"
#include "nn/operators/byte_sum.h"
#include "nn/operators/node_view.h"
#include "nn/operators/source.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {

// What a binary kernel is made from.
struct BinaryParts {
  std::array<Source, 2> sides;
  std::array<Dims, 2> dims;  // of the sides
  Dims output;
  std::int64_t elements = 0;            // of a sample of the output
  bool integers = false;                // or bool
  std::optional<ChannelAffine> affine;  // where it is one
};

// The loop over `output` with the offsets of a and b, which are broadcast to it.
StridedLoop<2> MakeBinaryLoop(const Dims& output, const Dims& a, const Dims& b);
// The same with all feature maps channels last; nullopt if a side cannot be seen so.
std::optional<StridedLoop<2>> ChannelsLastLoop(const BinaryParts& parts);
// The work as an affine function of channels, if one side is a constant that varies along the
// output's second or last dimension only.
std::optional<ChannelAffine> AffineOf(BinaryFunction function, const BinaryParts& parts);

// `Function` maps two floats to one, and has a name.
template <typename Function>
class BinaryKernel final : public Kernel {
 public:
  explicit BinaryKernel(BinaryParts parts)
      : loop_(MakeBinaryLoop(parts.output, parts.dims[0], parts.dims[1])),
        parts_(std::move(parts)) {}

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* a = parts_.sides[0].Sample(arguments, n);
      const float* b = parts_.sides[1].Sample(arguments, n);
      loop_.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
        RunRow(a + offsets[0], strides[0], b + offsets[1], strides[1], output, length);
        output += length;
      });
    }
  }

  bool MayOverwrite(std::size_t operand) const override {
    return std::ranges::any_of(parts_.sides, [this, operand](const Source& side) {
      return side.IsOperand(operand) && side.elements() == parts_.elements;
    });
  }

  std::string Name() const override { return Function::kName; }
  bool IsSumOfTwo() const override {
    const bool whole = parts_.dims[0] == parts_.output && parts_.dims[1] == parts_.output;
    return Function::kIsSum && whole && parts_.sides[0].IsOperand(0) &&
           parts_.sides[1].IsOperand(1);
  }
  std::unique_ptr<Kernel> InBytes(std::span<const ByteScale> operands,
                                  const ByteTarget& output) const override {
    if (IsSumOfTwo()) return MakeByteSum(parts_.elements, operands, output);
    const bool computed = parts_.sides[0].IsOperand(0) && parts_.sides[1].IsOperand(1);
    if (!Function::kIsProduct || !computed) return nullptr;
    return MakeByteMultiply(parts_.dims[0], parts_.dims[1], parts_.output, operands, output);
  }
  const ChannelAffine* AsChannelAffine() const override {
    return parts_.affine.has_value() ? &*parts_.affine : nullptr;
  }
  bool ToChannelsLast() override {
    const std::optional<StridedLoop<2>> loop = ChannelsLastLoop(parts_);
    if (loop.has_value()) loop_ = *loop;
    return loop.has_value();
  }

 private:
  // A stride is 0 or 1 in the innermost dimension; with the constant in the code the compiler
  // vectorises each case.
  static void RunRow(const float* a, std::int64_t a_stride, const float* b, std::int64_t b_stride,
                     float* output, std::int64_t length) {
    constexpr Function kFunction{};
    if (a_stride == 1 && b_stride == 1) {
      for (std::int64_t i = 0; i < length; ++i) output[i] = kFunction(a[i], b[i]);
    } else if (a_stride == 1) {
      const float right = *b;
      for (std::int64_t i = 0; i < length; ++i) output[i] = kFunction(a[i], right);
    } else {
      const float left = *a;
      for (std::int64_t i = 0; i < length; ++i) output[i] = kFunction(left, b[i * b_stride]);
    }
  }

  StridedLoop<2> loop_;
  const BinaryParts parts_;
};

// Inputs 0 and 1, whose shapes together give that of `output`.
template <typename Function>
absl::StatusOr<Lowered> LowerPair(const NodeView& node, BinaryFunction function,
                                  TensorType output) {
  Computed computed;
  absl::StatusOr<Source> left = Source::Make(node, 0, computed);
  if (!left.ok()) return left.status();
  absl::StatusOr<Source> right = Source::Make(node, 1, computed);
  if (!right.ok()) return right.status();
  BinaryParts parts;
  parts.sides = {*std::move(left), *std::move(right)};
  parts.dims = {node.Type(0).dims, node.Type(1).dims};
  parts.output = output.dims;
  parts.elements = output.elements();
  parts.integers = output.element != ElementType::kFloat32;
  parts.affine = AffineOf(function, parts);
  computed.kernel = std::make_unique<BinaryKernel<Function>>(std::move(parts));
  return Lowered{std::move(output), std::move(computed)};
}

}  // namespace biglittle::nn
