#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

ConstantPtr FloatScalar(float value) {
  return std::make_shared<Constant>(Constant{{ElementType::kFloat32, {}}, {value}, {}});
}

ConstantPtr IntScalar(std::int64_t value) {
  return std::make_shared<Constant>(Constant{{ElementType::kInt64, {}}, {}, {value}});
}

ConstantPtr FloatList(std::vector<float> values) {
  const auto size = static_cast<std::int64_t>(values.size());
  return std::make_shared<Constant>(
      Constant{{ElementType::kFloat32, {size}}, std::move(values), {}});
}

ConstantPtr IntList(std::vector<std::int64_t> values) {
  const auto size = static_cast<std::int64_t>(values.size());
  return std::make_shared<Constant>(Constant{{ElementType::kInt64, {size}}, {}, std::move(values)});
}

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
    value = FloatScalar(attributes.Float("value_float", 0.0F));
  } else if (attributes.Has("value_int")) {
    value = IntScalar(attributes.Int("value_int", 0));
  } else if (attributes.Has("value_floats")) {
    value = FloatList(attributes.Floats("value_floats"));
  } else if (attributes.Has("value_ints")) {
    value = IntList(attributes.Ints("value_ints"));
  }
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (value == nullptr) return node.Invalid("it has no value");
  TensorType type = value->type;
  return Lowered{std::move(type), std::move(value)};
}

}  // namespace biglittle::nn
