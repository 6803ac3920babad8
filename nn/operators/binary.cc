#include "nn/operators/binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/binary_kernel.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/integers.h"
#include "nn/operators/node_view.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

struct AddFunction {
  static constexpr const char* kName = "add";
  static constexpr bool kIsSum = true;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a + b; }
};
struct SubFunction {
  static constexpr const char* kName = "subtract";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a - b; }
};
struct MulFunction {
  static constexpr const char* kName = "multiply";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = true;
  float operator()(float a, float b) const { return a * b; }
};
struct DivFunction {
  static constexpr const char* kName = "divide";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a / b; }
};
// Towards zero; by zero it is zero, for a run cannot fail.
struct IntegerDivFunction {
  static constexpr const char* kName = "divide integers";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return b == 0.0F ? 0.0F : std::trunc(a / b); }
};
struct PowFunction {
  static constexpr const char* kName = "power";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  // Squares are what nets ask for most.
  float operator()(float a, float b) const { return b == 2.0F ? a * a : std::pow(a, b); }
};
struct PReluFunction {
  static constexpr const char* kName = "prelu";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a < 0.0F ? a * b : a; }
};
struct EqualFunction {
  static constexpr const char* kName = "equal";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a == b ? 1.0F : 0.0F; }
};
struct GreaterFunction {
  static constexpr const char* kName = "greater";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a > b ? 1.0F : 0.0F; }
};
struct GreaterOrEqualFunction {
  static constexpr const char* kName = "greater or equal";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a >= b ? 1.0F : 0.0F; }
};
struct LessFunction {
  static constexpr const char* kName = "less";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a < b ? 1.0F : 0.0F; }
};
struct LessOrEqualFunction {
  static constexpr const char* kName = "less or equal";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a <= b ? 1.0F : 0.0F; }
};

struct ModFunction {
  static constexpr const char* kName = "modulo";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const {
    if (b == 0.0F) return 0.0F;  // of integers, for which there is no answer
    const float rest = std::fmod(a, b);
    return rest != 0.0F && (rest < 0.0F) != (b < 0.0F) ? rest + b : rest;
  }
};
struct FmodFunction {
  static constexpr const char* kName = "remainder";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return std::fmod(a, b); }
};
struct AndFunction {
  static constexpr const char* kName = "and";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a != 0.0F && b != 0.0F ? 1.0F : 0.0F; }
};
struct OrFunction {
  static constexpr const char* kName = "or";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return a != 0.0F || b != 0.0F ? 1.0F : 0.0F; }
};
struct XorFunction {
  static constexpr const char* kName = "exclusive or";
  static constexpr bool kIsSum = false;
  static constexpr bool kIsProduct = false;
  float operator()(float a, float b) const { return (a != 0.0F) != (b != 0.0F) ? 1.0F : 0.0F; }
};

// Arithmetic is of numbers of one type, but an exponent may be of another; what is compared may be
// anything, of one type.
absl::Status CheckTypes(const NodeView& node, BinaryFunction function) {
  if (IsLogical(function) && node.Type(0).element != ElementType::kBool) {
    return node.Invalid(fmt::format("it joins {}", Name(node.Type(0).element)));
  }
  if (IsComparison(function)) {
    if (node.Type(0).element == node.Type(1).element) return absl::OkStatus();
    return node.Invalid(fmt::format("it compares {} and {}", Name(node.Type(0).element),
                                    Name(node.Type(1).element)));
  }
  for (int i = 0; i < 2; ++i) {
    if (const auto type = node.Number(i); !type.ok()) return type.status();
  }
  if (function == BinaryFunction::kPow) return absl::OkStatus();
  if (node.Type(0).element == node.Type(1).element) return absl::OkStatus();
  return node.Invalid(fmt::format("it computes with {} and {}", Name(node.Type(0).element),
                                  Name(node.Type(1).element)));
}

absl::StatusOr<Lowered> LowerFunction(const NodeView& node, BinaryFunction function,
                                      TensorType output) {
  switch (function) {
    case BinaryFunction::kAdd:
      return LowerPair<AddFunction>(node, function, std::move(output));
    case BinaryFunction::kSub:
      return LowerPair<SubFunction>(node, function, std::move(output));
    case BinaryFunction::kMul:
      return LowerPair<MulFunction>(node, function, std::move(output));
    case BinaryFunction::kDiv:
      if (output.element != ElementType::kFloat32) {
        return LowerPair<IntegerDivFunction>(node, function, std::move(output));
      }
      return LowerPair<DivFunction>(node, function, std::move(output));
    case BinaryFunction::kPow:
      return LowerPair<PowFunction>(node, function, std::move(output));
    case BinaryFunction::kPRelu:
      return LowerPair<PReluFunction>(node, function, std::move(output));
    case BinaryFunction::kMod:
      return LowerPair<ModFunction>(node, function, std::move(output));
    case BinaryFunction::kFmod:
      return LowerPair<FmodFunction>(node, function, std::move(output));
    case BinaryFunction::kAnd:
      return LowerPair<AndFunction>(node, function, std::move(output));
    case BinaryFunction::kOr:
      return LowerPair<OrFunction>(node, function, std::move(output));
    case BinaryFunction::kXor:
      return LowerPair<XorFunction>(node, function, std::move(output));
    case BinaryFunction::kEqual:
      return LowerPair<EqualFunction>(node, function, std::move(output));
    case BinaryFunction::kGreater:
      return LowerPair<GreaterFunction>(node, function, std::move(output));
    case BinaryFunction::kGreaterOrEqual:
      return LowerPair<GreaterOrEqualFunction>(node, function, std::move(output));
    case BinaryFunction::kLess:
      return LowerPair<LessFunction>(node, function, std::move(output));
    case BinaryFunction::kLessOrEqual:
      return LowerPair<LessOrEqualFunction>(node, function, std::move(output));
  }
  return node.Unsupported("it computes an unknown function");
}

// A feature map's dimensions in the order in which they lie in memory, channels last.
Dims ChannelsBehind(const Dims& dims) {
  Dims turned = dims;
  std::rotate(turned.begin() + 1, turned.begin() + 2, turned.end());
  return turned;
}

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

}  // namespace

StridedLoop<2> MakeBinaryLoop(const Dims& output, const Dims& a, const Dims& b) {
  const auto a_strides = BroadcastStrides(a, output);
  const auto b_strides = BroadcastStrides(b, output);
  StridedLoop<2> loop;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (output[i] != kBatch) loop.Add(output[i], {a_strides[i], b_strides[i]});
  }
  return loop;
}

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
  return MakeBinaryLoop(turned.output, turned.dims[0], turned.dims[1]);
}

std::optional<ChannelAffine> AffineOf(BinaryFunction function, const BinaryParts& parts) {
  const std::size_t right = parts.sides[1].constant() != nullptr ? 1 : 0;
  if (parts.integers) return std::nullopt;
  const ConstantPtr& constant = parts.sides[right].constant();
  const std::size_t rank = parts.output.size();
  if (constant == nullptr || rank < 2 || parts.dims[1 - right] != parts.output) return std::nullopt;
  const Dims wide = Widened(parts.dims[right], rank);
  const auto count = static_cast<std::int64_t>(constant->floats.size());
  constexpr std::int64_t kMostChannels = 4096;  // two numbers are kept for each, by each node
  if (count > kMostChannels) return std::nullopt;
  ChannelAffine affine;
  affine.along_second = wide[1] == count && (count > 1 || parts.output[1] == 1);
  affine.along_last = wide[rank - 1] == count && (count > 1 || parts.output[rank - 1] == 1);
  if (!affine.along_second && !affine.along_last) return std::nullopt;
  for (const float c : constant->floats) {
    const auto numbers = AsAffine(function, right == 1, static_cast<double>(c));
    if (!numbers.has_value()) return std::nullopt;
    affine.scale.push_back(static_cast<float>(numbers->first));
    affine.shift.push_back(static_cast<float>(numbers->second));
    if (!std::isfinite(affine.scale.back()) || !std::isfinite(affine.shift.back())) {
      return std::nullopt;
    }
  }
  return affine;
}

absl::StatusOr<Lowered> LowerBinary(const NodeView& node, BinaryFunction function) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  return LowerBinaryAsRead(node, function);
}

absl::StatusOr<Lowered> LowerBinaryAsRead(const NodeView& node, BinaryFunction function) {
  if (IsIntegerArithmetic(node, function)) return LowerIntegers(node, function);
  if (absl::Status s = CheckTypes(node, function); !s.ok()) return s;
  absl::StatusOr<Dims> dims = Broadcast(node, node.Type(0).dims, node.Type(1).dims);
  if (!dims.ok()) return dims.status();
  absl::StatusOr<TensorType> output = node.Output(
      *std::move(dims), IsComparison(function) ? ElementType::kBool : node.Type(0).element);
  if (!output.ok()) return output.status();
  return LowerFunction(node, function, *std::move(output));
}

}  // namespace biglittle::nn
