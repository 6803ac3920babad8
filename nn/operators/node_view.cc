#include "nn/operators/node_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"

namespace biglittle::nn {

Lowered Unary(TensorType type, std::unique_ptr<Kernel> kernel) {
  return Lowered{std::move(type), Computed{std::move(kernel), {0}}};
}

Lowered UnaryMove(TensorType type, std::unique_ptr<Kernel> kernel) {
  return Lowered{std::move(type), Computed{std::move(kernel), {0}, /*moves=*/true}};
}

bool NodeView::Has(int input) const {
  return input >= 0 && input < input_count() && inputs_[static_cast<std::size_t>(input)] != nullptr;
}

const TensorType& NodeView::Type(int input) const {
  return inputs_[static_cast<std::size_t>(input)]->type;
}

const ConstantPtr& NodeView::ConstantAt(int input) const {
  return inputs_[static_cast<std::size_t>(input)]->constant;
}

bool NodeView::AllConstant() const {
  return std::ranges::all_of(inputs_, [](const KnownValue* value) {
    return value == nullptr || value->constant != nullptr;
  });
}

absl::StatusOr<TensorType> NodeView::Float(int input) const {
  const TensorType& type = Type(input);
  if (type.element != ElementType::kFloat32) {
    return Unsupported(
        fmt::format("input {} is {}, float32 is expected", input, Name(type.element)));
  }
  return type;
}

absl::StatusOr<TensorType> NodeView::Number(int input) const {
  const TensorType& type = Type(input);
  if (IsNumber(type.element)) return type;
  return Unsupported(
      fmt::format("input {} is {}, numbers are expected", input, Name(type.element)));
}

absl::StatusOr<TensorType> NodeView::Batched(int input, std::int64_t min_rank) const {
  absl::StatusOr<TensorType> type = Number(input);
  if (!type.ok()) return type;
  if (type->rank() < min_rank) {
    return Invalid(fmt::format("input {} of shape {} needs {} dimensions or more", input,
                               ToString(type->dims), min_rank));
  }
  type->dims[0] = kBatch;
  return type;
}

absl::StatusOr<ConstantPtr> NodeView::FloatConstant(int input) const {
  const absl::StatusOr<TensorType> type = Float(input);
  if (!type.ok()) return type.status();
  if (!IsConstant(input)) {
    return Unsupported(fmt::format("input {} must be a constant", input));
  }
  const std::vector<float>& floats = ConstantAt(input)->floats;
  const auto bad = std::ranges::find_if(floats, [](float x) { return !std::isfinite(x); });
  if (bad == floats.end()) return ConstantAt(input);
  return Invalid(fmt::format("input {} holds {} at element {}; weights must be finite", input, *bad,
                             bad - floats.begin()));
}

absl::StatusOr<std::vector<float>> NodeView::AsFloats(int input) const {
  const Constant& constant = *ConstantAt(input);
  if (constant.type.element == ElementType::kFloat32) return constant.floats;
  if (constant.type.element == ElementType::kText) {
    return Unsupported(fmt::format("input {} holds texts", input));
  }
  std::vector<float> floats;
  floats.reserve(constant.ints.size());
  for (const std::int64_t number : constant.ints) {
    if (number == kBatch) return Unsupported("it computes with the size of the batch");
    if (number < -kMaxExactInteger || number > kMaxExactInteger) {
      return Unsupported(fmt::format("input {} holds {}, which no float32 equals", input, number));
    }
    floats.push_back(static_cast<float>(number));
  }
  return floats;
}

absl::StatusOr<float> NodeView::Scalar(int input) const {
  if (!IsConstant(input)) return Unsupported(fmt::format("input {} must be a constant", input));
  const absl::StatusOr<std::vector<float>> floats = AsFloats(input);
  if (!floats.ok()) return floats.status();
  if (floats->size() != 1) return Invalid(fmt::format("input {} must be one number", input));
  return floats->front();
}

absl::StatusOr<std::vector<std::int64_t>> NodeView::Ints(int input) const {
  const TensorType& type = Type(input);
  const bool integers = type.element == ElementType::kInt64 || type.element == ElementType::kInt32;
  if (!integers || type.rank() > 1) {
    return Invalid(fmt::format("input {} must be a list of int64, it is {} {}", input,
                               Name(type.element), ToString(type.dims)));
  }
  if (!IsConstant(input)) return Unsupported(fmt::format("input {} must be a constant", input));
  return ConstantAt(input)->ints;
}

absl::StatusOr<TensorType> NodeView::Output(Dims dims, ElementType element) const {
  const auto elements = CountElements(dims);
  if (!elements.has_value()) {
    return Invalid(fmt::format("its output would have the impossible shape {}", ToString(dims)));
  }
  if (*elements > max_elements_) {
    return absl::ResourceExhaustedError(
        fmt::format("{}: its output of shape {} is beyond the limit of {} elements",
                    Describe(node_), ToString(dims), max_elements_));
  }
  return TensorType{element, std::move(dims)};
}

absl::StatusOr<std::int64_t> NodeView::Axis(std::int64_t axis, std::int64_t rank) const {
  if (axis < -rank || axis >= rank) {
    return Invalid(fmt::format("axis {} is out of range for {} dimensions", axis, rank));
  }
  return axis < 0 ? axis + rank : axis;
}

std::int64_t NodeView::ClampedAxis(std::int64_t axis, std::int64_t rank) {
  return std::clamp<std::int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
}

absl::StatusOr<std::int64_t> NodeView::InnerAxis(std::int64_t axis, const TensorType& type) const {
  absl::StatusOr<std::int64_t> inner = Axis(axis, type.rank());
  if (inner.ok() && type.dims[static_cast<std::size_t>(*inner)] == kBatch) {
    return Unsupported("it works along the batch dimension, so samples would mix");
  }
  return inner;
}

absl::Status NodeView::Invalid(const std::string& reason) const {
  return absl::InvalidArgumentError(fmt::format("{}: {}", Describe(node_), reason));
}

absl::Status NodeView::Unsupported(const std::string& reason) const {
  return absl::UnimplementedError(fmt::format("{}: {}", Describe(node_), reason));
}

}  // namespace biglittle::nn
