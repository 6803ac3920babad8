#include "nn/operators/binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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
#include "nn/operators/node_view.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

// One of the two sides: an operand of the step, or a constant.
struct Side {
  ConstantPtr constant;     // nullptr: an operand
  std::size_t operand = 0;  // its position among the step's
  std::int64_t sample = 0;  // elements of a sample; 0 for a constant, which all samples share
  bool whole = false;       // as many elements as the output
};

template <typename Function>
class BinaryKernel final : public Kernel {
 public:
  BinaryKernel(std::array<Side, 2> sides, const StridedLoop<2>& loop)
      : sides_(std::move(sides)), loop_(loop) {}

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* a = Data(arguments, sides_[0]) + n * sides_[0].sample;
      const float* b = Data(arguments, sides_[1]) + n * sides_[1].sample;
      loop_.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
        RunRow(a + offsets[0], strides[0], b + offsets[1], strides[1], output, length);
        output += length;
      });
    }
  }

  bool MayOverwrite(std::size_t operand) const override {
    return std::ranges::any_of(sides_, [operand](const Side& side) {
      return side.constant == nullptr && side.operand == operand && side.whole;
    });
  }

 private:
  static const float* Data(const KernelArguments& arguments, const Side& side) {
    return side.constant != nullptr ? side.constant->floats.data() : arguments.inputs[side.operand];
  }

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

  const std::array<Side, 2> sides_;
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

// `dims` with ones in front, up to `rank`.
Dims Widened(const Dims& dims, std::size_t rank) {
  Dims wide(rank - dims.size(), 1);
  wide.insert(wide.end(), dims.begin(), dims.end());
  return wide;
}

// The common shape of two of the same rank. The batch must meet the batch, or a one.
absl::StatusOr<Dims> Broadcast(const NodeView& node, const Dims& a, const Dims& b) {
  Dims dims(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && a[i] != 1 && b[i] != 1) {
      return node.Invalid(
          fmt::format("shapes {} and {} cannot be broadcast", ToString(a), ToString(b)));
    }
    dims[i] = a[i] == 1 ? b[i] : a[i];
    if (i > 0 && dims[i] == kBatch) {
      return node.Unsupported(fmt::format("{} and {} would move the batch dimension from the front",
                                          ToString(a), ToString(b)));
    }
  }
  return dims;
}

// What one side adds to the loop along dimension i.
std::int64_t StrideOf(const Dims& side, const std::vector<std::int64_t>& strides, std::size_t i) {
  return side[i] == 1 ? 0 : strides[i];
}

StridedLoop<2> MakeLoop(const Dims& output, const Dims& a, const Dims& b) {
  const auto a_strides = DenseStrides(a);
  const auto b_strides = DenseStrides(b);
  StridedLoop<2> loop;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (output[i] == kBatch) continue;
    loop.Add(output[i], {StrideOf(a, a_strides, i), StrideOf(b, b_strides, i)});
  }
  return loop;
}

std::unique_ptr<Kernel> MakeKernel(BinaryFunction function, std::array<Side, 2> sides,
                                   const StridedLoop<2>& loop) {
  switch (function) {
    case BinaryFunction::kAdd:
      return std::make_unique<BinaryKernel<AddFunction>>(std::move(sides), loop);
    case BinaryFunction::kSub:
      return std::make_unique<BinaryKernel<SubFunction>>(std::move(sides), loop);
    case BinaryFunction::kMul:
      return std::make_unique<BinaryKernel<MulFunction>>(std::move(sides), loop);
    case BinaryFunction::kDiv:
      return std::make_unique<BinaryKernel<DivFunction>>(std::move(sides), loop);
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<Lowered> LowerBinary(const NodeView& node, BinaryFunction function) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> a = node.Float(0);
  if (!a.ok()) return a.status();
  const absl::StatusOr<TensorType> b = node.Float(1);
  if (!b.ok()) return b.status();
  const std::size_t rank = std::max(a->dims.size(), b->dims.size());
  const std::array<Dims, 2> wide = {Widened(a->dims, rank), Widened(b->dims, rank)};
  absl::StatusOr<Dims> dims = Broadcast(node, wide[0], wide[1]);
  if (!dims.ok()) return dims.status();
  absl::StatusOr<TensorType> output = node.Output(*std::move(dims));
  if (!output.ok()) return output.status();

  std::array<Side, 2> sides;
  Computed computed;
  for (int i = 0; i < 2; ++i) {
    Side& side = sides[static_cast<std::size_t>(i)];
    const TensorType& type = node.Type(i);
    // Where the output is known at Load too, both are operands of a step that runs at once.
    if (node.IsConstant(i) && output->batched()) {
      absl::StatusOr<ConstantPtr> constant = node.FloatConstant(i);
      if (!constant.ok()) return constant.status();
      side.constant = *std::move(constant);
      continue;
    }
    side.operand = computed.operands.size();
    side.sample = type.elements();
    side.whole = type.elements() == output->elements();
    computed.operands.push_back(i);
  }
  computed.kernel = MakeKernel(function, sides, MakeLoop(output->dims, wide[0], wide[1]));
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace biglittle::nn
