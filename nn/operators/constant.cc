#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

ConstantPtr MakeFloats(Dims dims, std::vector<float> values) {
  return std::make_shared<Constant>(
      Constant{{ElementType::kFloat32, std::move(dims)}, std::move(values), {}});
}

ConstantPtr MakeInts(Dims dims, std::vector<std::int64_t> values) {
  return std::make_shared<Constant>(
      Constant{{ElementType::kInt64, std::move(dims)}, {}, std::move(values)});
}

Dims ListOf(std::size_t size) { return {static_cast<std::int64_t>(size)}; }

}  // namespace

absl::StatusOr<Lowered> LowerConstant(const NodeView& node) {
  if (node.node().attributes.size() != 1) {
    return node.Invalid("it must have one attribute, its value");
  }
  Attributes attributes(node);
  ConstantPtr value;
  if (attributes.Has("value")) {
    value = attributes.Tensor("value");
  } else if (attributes.Has("value_float")) {
    value = MakeFloats({}, {attributes.Float("value_float", 0.0F)});
  } else if (attributes.Has("value_int")) {
    value = MakeInts({}, {attributes.Int("value_int", 0)});
  } else if (attributes.Has("value_floats")) {
    auto values = attributes.Floats("value_floats");
    value = MakeFloats(ListOf(values.size()), std::move(values));
  } else if (attributes.Has("value_ints")) {
    auto values = attributes.Ints("value_ints");
    value = MakeInts(ListOf(values.size()), std::move(values));
  }
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (value == nullptr) return node.Invalid("it has no value");
  TensorType type = value->type;
  return Lowered{std::move(type), std::move(value)};
}

}  // namespace biglittle::nn
