#include "nn/operators/integers.h"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/binary_kernel.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/node_view.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

// Where one side is the batch size: what leaves it as it is.
std::optional<std::int64_t> ComputeWithBatch(BinaryFunction function, std::int64_t a,
                                             std::int64_t b) {
  const bool left = a == kBatch;
  switch (function) {
    case BinaryFunction::kAdd:
      if ((left ? b : a) == 0) return kBatch;
      break;
    case BinaryFunction::kSub:
      if (left && b == 0) return kBatch;
      break;
    case BinaryFunction::kMul:
      if ((left ? b : a) == 1) return kBatch;
      break;
    case BinaryFunction::kDiv:
      if (left && b == 1) return kBatch;
      break;
    case BinaryFunction::kEqual:
      if (a == b) return 1;
      if ((left ? b : a) < 1) return 0;
      break;
    default:
      break;
  }
  return std::nullopt;
}

// nullopt if the result is no integer of 64 bits.
std::optional<std::int64_t> Compute(BinaryFunction function, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool overflow = false;
  switch (function) {
    case BinaryFunction::kAdd:
      overflow = __builtin_add_overflow(a, b, &result);
      break;
    case BinaryFunction::kSub:
      overflow = __builtin_sub_overflow(a, b, &result);
      break;
    case BinaryFunction::kMul:
      overflow = __builtin_mul_overflow(a, b, &result);
      break;
    case BinaryFunction::kDiv:  // towards zero; kBatch, the least integer, is not among the
                                // operands
      if (b == 0) return std::nullopt;
      result = a / b;
      break;
    case BinaryFunction::kMod:
      if (b == 0) return std::nullopt;
      result = b == -1 ? 0 : a % b;
      if (result != 0 && (result < 0) != (b < 0)) result += b;
      break;
    case BinaryFunction::kEqual:
      return a == b ? 1 : 0;
    case BinaryFunction::kGreater:
      return a > b ? 1 : 0;
    case BinaryFunction::kGreaterOrEqual:
      return a >= b ? 1 : 0;
    case BinaryFunction::kLess:
      return a < b ? 1 : 0;
    case BinaryFunction::kLessOrEqual:
      return a <= b ? 1 : 0;
    default:
      return std::nullopt;
  }
  return overflow ? std::nullopt : std::optional(result);
}

}  // namespace

bool IsIntegerNegation(const NodeView& node) {
  const ElementType element = node.Type(0).element;
  return (element == ElementType::kInt64 || element == ElementType::kInt32) && node.IsConstant(0);
}

absl::StatusOr<Lowered> LowerIntegerNegation(const NodeView& node) {
  const Constant& from = *node.ConstantAt(0);
  if (static_cast<std::int64_t>(from.ints.size()) > kMaxIntegers) {
    return node.Unsupported("it computes with many integers");
  }
  const IntegerRange range = RangeOf(from.type.element);
  auto result = std::make_shared<Constant>(Constant{from.type, {}, {}});
  for (const std::int64_t x : from.ints) {
    if (x == kBatch) return node.Unsupported("it computes with the size of the batch");
    if (-x > range.greatest) return node.Invalid(fmt::format("{} has no opposite", x));
    result->ints.push_back(-x);
  }
  return Lowered{from.type, ConstantPtr(std::move(result))};
}

bool IsIntegerArithmetic(const NodeView& node, BinaryFunction function) {
  const ElementType element = node.Type(0).element;
  return function != BinaryFunction::kPow && function != BinaryFunction::kPRelu &&
         function != BinaryFunction::kFmod && !IsLogical(function) &&
         (element == ElementType::kInt64 || element == ElementType::kInt32) &&
         node.Type(1).element == element && node.AllConstant();
}

absl::StatusOr<Lowered> LowerIntegers(const NodeView& node, BinaryFunction function) {
  const Dims& a_dims = node.Type(0).dims;
  const Dims& b_dims = node.Type(1).dims;
  absl::StatusOr<Dims> dims = Broadcast(node, a_dims, b_dims);
  if (!dims.ok()) return dims.status();
  absl::StatusOr<TensorType> type = node.Output(
      *std::move(dims), IsComparison(function) ? ElementType::kBool : node.Type(0).element);
  if (!type.ok()) return type.status();
  if (type->elements() > kMaxIntegers) return node.Unsupported("it computes with many integers");
  const StridedLoop<2> loop = MakeBinaryLoop(type->dims, a_dims, b_dims);
  auto result = std::make_shared<Constant>(Constant{*type, {}, {}});
  const IntegerRange range = RangeOf(type->element);
  absl::Status status;
  loop.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
    const std::int64_t* a = node.ConstantAt(0)->ints.data() + offsets[0];
    const std::int64_t* b = node.ConstantAt(1)->ints.data() + offsets[1];
    for (std::int64_t i = 0; i < length; ++i, a += strides[0], b += strides[1]) {
      const bool batch = *a == kBatch || *b == kBatch;
      const auto value = batch ? ComputeWithBatch(function, *a, *b) : Compute(function, *a, *b);
      result->ints.push_back(value.value_or(0));
      if (batch && !value.has_value()) {
        status.Update(node.Unsupported("it computes with the size of the batch"));
      } else if (!batch &&
                 (!value.has_value() || *value < range.least || *value > range.greatest)) {
        status.Update(
            node.Invalid(fmt::format("{} and {} give no {}", *a, *b, Name(type->element))));
      }
    }
  });
  if (!status.ok()) return status;
  return Lowered{*std::move(type), ConstantPtr(std::move(result))};
}

}  // namespace biglittle::nn
