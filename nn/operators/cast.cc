#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {
namespace {

// Of a number known at Load; nullopt if the type does not have it.
std::optional<std::int64_t> ToInteger(float x, ElementType to) {
  if (to == ElementType::kBool) return x != 0.0F ? 1 : 0;
  constexpr float kBeyond = 9.2e18F;  // below 2^63
  if (!(std::fabs(x) < kBeyond)) return std::nullopt;
  return static_cast<std::int64_t>(x);
}

absl::StatusOr<Lowered> CastConstant(const NodeView& node, ElementType to) {
  const Constant& from = *node.ConstantAt(0);
  auto result = std::make_shared<Constant>(Constant{{to, from.type.dims}, {}, {}});
  const IntegerRange range = RangeOf(to);
  const auto add = [&](std::optional<std::int64_t> value) {
    const bool fits = value.has_value() && *value >= range.least && *value <= range.greatest;
    result->ints.push_back(fits ? *value : 0);
    return fits;
  };
  bool fits = true;
  for (const float x : from.floats) fits = add(ToInteger(x, to)) && fits;
  for (const std::int64_t x : from.ints) {
    if (x == kBatch && (to == ElementType::kInt64 || to == ElementType::kInt32)) {
      result->ints.push_back(x);  // as tf2onnx has it around a shape
      continue;
    }
    if (x == kBatch) return node.Unsupported("it computes with the size of the batch");
    if (to == ElementType::kFloat32) {
      result->floats.push_back(static_cast<float>(x));
    } else {
      fits = add(to == ElementType::kBool ? (x != 0 ? 1 : 0) : x) && fits;
    }
  }
  if (!fits) return node.Invalid(fmt::format("its input does not fit into {}", Name(to)));
  TensorType type = result->type;
  return Lowered{std::move(type), ConstantPtr(std::move(result))};
}

}  // namespace

// At run time a number that the type does not have becomes the nearest that it has; of int32 and
// int64 only those that are floats exist then.
absl::StatusOr<Lowered> LowerCast(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t number = attributes.Int("to", 0);
  attributes.Ignore("saturate");    // of types of 8 bits
  attributes.Ignore("round_mode");  // likewise
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const std::optional<ElementType> to = ElementTypeOf(number);
  if (!to.has_value()) {
    return node.Unsupported(fmt::format("it converts to the element type {}", number));
  }
  const TensorType& from = node.Type(0);
  if (from.element == *to) return Lowered{from, View{}};
  if (from.element == ElementType::kText || *to == ElementType::kText) {
    return node.Unsupported("it converts texts");
  }
  if (node.IsConstant(0)) return CastConstant(node, *to);
  TensorType type{*to, from.dims};
  // Integers lie in memory as floats.
  if (*to == ElementType::kFloat32) return Lowered{std::move(type), View{}};
  const IntegerRange range = RangeOf(*to);
  const auto least = static_cast<float>(std::max(range.least, -kMaxExactInteger));
  const auto greatest = static_cast<float>(std::min(range.greatest, kMaxExactInteger));
  const std::int64_t elements = from.elements();
  if (*to == ElementType::kBool) {
    return Unary(std::move(type),
                 MakeUnaryKernel(elements, [](float x) { return x != 0.0F ? 1.0F : 0.0F; }));
  }
  return Unary(std::move(type), MakeUnaryKernel(elements, [least, greatest](float x) {
                 // In this order of the arguments, what is no number becomes the least.
                 return std::trunc(std::min(std::max(least, x), greatest));
               }));
}

}  // namespace biglittle::nn
