#include "nn/operators/binary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
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

struct AddFunction {
  static constexpr const char* kName = "add";
  float operator()(float a, float b) const { return a + b; }
};
struct SubFunction {
  static constexpr const char* kName = "subtract";
  float operator()(float a, float b) const { return a - b; }
};
struct MulFunction {
  static constexpr const char* kName = "multiply";
  float operator()(float a, float b) const { return a * b; }
};
struct DivFunction {
  static constexpr const char* kName = "divide";
  float operator()(float a, float b) const { return a / b; }
};
struct PowFunction {
  static constexpr const char* kName = "power";
  // Squares are what nets ask for most.
  float operator()(float a, float b) const { return b == 2.0F ? a * a : std::pow(a, b); }
};
struct PReluFunction {
  static constexpr const char* kName = "prelu";
  float operator()(float a, float b) const { return a < 0.0F ? a * b : a; }
};

// What a binary kernel is made from.
struct BinaryParts {
  BinaryFunction function = BinaryFunction::kAdd;
  std::array<Source, 2> sides;
  std::array<Dims, 2> dims;  // of the sides
  Dims output;
  std::int64_t elements = 0;            // of a sample of the output
  std::optional<ChannelAffine> affine;  // where it is one
};

StridedLoop<2> PlanarLoop(const BinaryParts& parts) {
  const auto a_strides = BroadcastStrides(parts.dims[0], parts.output);
  const auto b_strides = BroadcastStrides(parts.dims[1], parts.output);
  StridedLoop<2> loop;
  for (std::size_t i = 0; i < parts.output.size(); ++i) {
    if (parts.output[i] != kBatch) loop.Add(parts.output[i], {a_strides[i], b_strides[i]});
  }
  return loop;
}

// A feature map's dimensions in the order in which they lie in memory, channels last.
Dims ChannelsBehind(const Dims& dims) {
  Dims turned = dims;
  std::rotate(turned.begin() + 1, turned.begin() + 2, turned.end());
  return turned;
}

// The same loop with all feature maps channels last; nullopt if a side cannot be seen so.
std::optional<StridedLoop<2>> ChannelsLastLoop(const BinaryParts& parts) {
  if (parts.output.size() < 3) return std::nullopt;
  BinaryParts turned;
  turned.output = ChannelsBehind(parts.output);
  for (std::size_t i = 0; i < 2; ++i) {
    const bool constant = parts.sides[i].constant() != nullptr;
    if (!constant && parts.dims[i].size() != parts.output.size()) return std::nullopt;
    const Dims wide = Widened(parts.dims[i], parts.output.size());
    const std::int64_t pixels = Product(wide, 2, static_cast<std::int64_t>(wide.size()));
    if (constant && wide[1] != 1 && pixels != 1) return std::nullopt;
    turned.dims[i] = ChannelsBehind(wide);
  }
  return PlanarLoop(turned);
}

template <typename Function>
class BinaryKernel final : public Kernel {
 public:
  explicit BinaryKernel(BinaryParts parts)
      : sides_(parts.sides),
        elements_(parts.elements),
        loop_(PlanarLoop(parts)),
        parts_(std::move(parts)) {}

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

  std::string Name() const override { return Function::kName; }

  bool IsSumOfTwo() const override {
    return std::is_same_v<Function, AddFunction> &&
           std::ranges::all_of(parts_.dims, [this](const Dims& d) { return d == parts_.output; }) &&
           sides_[0].IsOperand(0) && sides_[1].IsOperand(1);
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

  const std::array<Source, 2> sides_;
  const std::int64_t elements_;
  StridedLoop<2> loop_;
  const BinaryParts parts_;
};

// y = scale * x + shift for one side that is x and a constant c on the other.
std::optional<std::pair<double, double>> AsAffine(BinaryFunction function, bool constant_right,
                                                  double c) {
  switch (function) {
    case BinaryFunction::kAdd:
      return std::pair(1.0, c);
    case BinaryFunction::kSub:
      return constant_right ? std::pair(1.0, -c) : std::pair(-1.0, c);
    case BinaryFunction::kMul:
      return std::pair(c, 0.0);
    case BinaryFunction::kDiv:
      if (!constant_right) return std::nullopt;
      return std::pair(1.0 / c, 0.0);
    default:
      return std::nullopt;
  }
}

// The work as an affine function of channels, if one side is a constant that varies along the
// output's second or last dimension only.
std::optional<ChannelAffine> AffineOf(const BinaryParts& parts) {
  const std::size_t right = parts.sides[1].constant() != nullptr ? 1 : 0;
  const ConstantPtr& constant = parts.sides[right].constant();
  const std::size_t rank = parts.output.size();
  if (constant == nullptr || rank < 2 || parts.dims[1 - right] != parts.output) return std::nullopt;
  const Dims wide = Widened(parts.dims[right], rank);
  const auto count = static_cast<std::int64_t>(constant->floats.size());
  ChannelAffine affine;
  affine.along_second = wide[1] == count && (count > 1 || parts.output[1] == 1);
  affine.along_last = wide[rank - 1] == count && (count > 1 || parts.output[rank - 1] == 1);
  if (!affine.along_second && !affine.along_last) return std::nullopt;
  for (const float c : constant->floats) {
    const auto numbers = AsAffine(parts.function, right == 1, static_cast<double>(c));
    if (!numbers.has_value()) return std::nullopt;
    affine.scale.push_back(static_cast<float>(numbers->first));
    affine.shift.push_back(static_cast<float>(numbers->second));
    if (!std::isfinite(affine.scale.back()) || !std::isfinite(affine.shift.back())) {
      return std::nullopt;
    }
  }
  return affine;
}

std::unique_ptr<Kernel> MakeKernel(BinaryParts parts) {
  switch (parts.function) {
    case BinaryFunction::kAdd:
      return std::make_unique<BinaryKernel<AddFunction>>(std::move(parts));
    case BinaryFunction::kSub:
      return std::make_unique<BinaryKernel<SubFunction>>(std::move(parts));
    case BinaryFunction::kMul:
      return std::make_unique<BinaryKernel<MulFunction>>(std::move(parts));
    case BinaryFunction::kDiv:
      return std::make_unique<BinaryKernel<DivFunction>>(std::move(parts));
    case BinaryFunction::kPow:
      return std::make_unique<BinaryKernel<PowFunction>>(std::move(parts));
    case BinaryFunction::kPRelu:
      return std::make_unique<BinaryKernel<PReluFunction>>(std::move(parts));
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
  BinaryParts parts{function,           {*std::move(left), *std::move(right)},
                    {a->dims, b->dims}, output->dims,
                    output->elements(), {}};
  parts.affine = AffineOf(parts);
  computed.kernel = MakeKernel(std::move(parts));
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace biglittle::nn
