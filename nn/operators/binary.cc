#include "nn/operators/binary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph.h"
#include "nn/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/integers.h"
#include "nn/operators/node_view.h"
#include "nn/operators/source.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

template <typename Function>
class BinaryKernel final : public Kernel {
 public:
  // `elements` of a sample of the output.
  BinaryKernel(std::array<Source, 2> sides, std::int64_t elements, const StridedLoop<2>& loop)
      : sides_(std::move(sides)), elements_(elements), loop_(loop) {}

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* a = sides_[0].Sample(arguments, n);
      const float* b = sides_[1].Sample(arguments, n);
      loop_.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
        RunRow(a + offsets[0], strides[0], b + offsets[1], strides[1], output, length);
        output += length;
      });
    }
  }

  bool MayOverwrite(std::size_t operand) const override {
    return std::ranges::any_of(sides_, [this, operand](const Source& side) {
      return side.IsOperand(operand) && side.elements() == elements_;
    });
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

  const std::array<Source, 2> sides_;
  const std::int64_t elements_;
  const StridedLoop<2> loop_;
};

struct AddFunction {
  float operator()(float a, float b) const { return a + b; }
};
struct SubFunction {
  float operator()(float a, float b) const { return a - b; }
};
struct MulFunction {
  float operator()(float a, float b) const { return a * b; }
};
struct DivFunction {
  float operator()(float a, float b) const { return a / b; }
};
struct PowFunction {
  // Squares are what nets ask for most.
  float operator()(float a, float b) const { return b == 2.0F ? a * a : std::pow(a, b); }
};
struct PReluFunction {
  float operator()(float a, float b) const { return a < 0.0F ? a * b : a; }
};

StridedLoop<2> MakeLoop(const Dims& output, const Dims& a, const Dims& b) {
  const auto a_strides = BroadcastStrides(a, output);
  const auto b_strides = BroadcastStrides(b, output);
  StridedLoop<2> loop;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (output[i] != kBatch) loop.Add(output[i], {a_strides[i], b_strides[i]});
  }
  return loop;
}

std::unique_ptr<Kernel> MakeKernel(BinaryFunction function, std::array<Source, 2> sides,
                                   std::int64_t elements, const StridedLoop<2>& loop) {
  switch (function) {
    case BinaryFunction::kAdd:
      return std::make_unique<BinaryKernel<AddFunction>>(std::move(sides), elements, loop);
    case BinaryFunction::kSub:
      return std::make_unique<BinaryKernel<SubFunction>>(std::move(sides), elements, loop);
    case BinaryFunction::kMul:
      return std::make_unique<BinaryKernel<MulFunction>>(std::move(sides), elements, loop);
    case BinaryFunction::kDiv:
      return std::make_unique<BinaryKernel<DivFunction>>(std::move(sides), elements, loop);
    case BinaryFunction::kPow:
      return std::make_unique<BinaryKernel<PowFunction>>(std::move(sides), elements, loop);
    case BinaryFunction::kPRelu:
      return std::make_unique<BinaryKernel<PReluFunction>>(std::move(sides), elements, loop);
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<Lowered> LowerBinary(const NodeView& node, BinaryFunction function) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  if (IsIntegerArithmetic(node, function)) return LowerIntegers(node, function);
  const absl::StatusOr<TensorType> a = node.Float(0);
  if (!a.ok()) return a.status();
  // An exponent may be an integer.
  const absl::StatusOr<TensorType> b =
      function == BinaryFunction::kPow && node.IsConstant(1) ? node.Type(1) : node.Float(1);
  if (!b.ok()) return b.status();
  absl::StatusOr<Dims> dims = Broadcast(node, a->dims, b->dims);
  if (!dims.ok()) return dims.status();
  absl::StatusOr<TensorType> output = node.Output(*std::move(dims));
  if (!output.ok()) return output.status();

  Computed computed;
  absl::StatusOr<Source> left = Source::Make(node, 0, computed);
  if (!left.ok()) return left.status();
  absl::StatusOr<Source> right = Source::Make(node, 1, computed);
  if (!right.ok()) return right.status();
  computed.kernel = MakeKernel(function, {*std::move(left), *std::move(right)}, output->elements(),
                               MakeLoop(output->dims, a->dims, b->dims));
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace biglittle::nn
