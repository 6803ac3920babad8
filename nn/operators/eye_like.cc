#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerEyeLike(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t shift = attributes.Int("k", 0);
  const std::int64_t number = attributes.Int("dtype", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const TensorType& input = node.Type(0);
  const auto element = number == 0 ? std::optional(input.element) : ElementTypeOf(number);
  if (!element || *element == ElementType::kText) return node.Unsupported("its element type");
  if (input.rank() != 2 || input.has_batch()) {
    return node.Unsupported("its input is no matrix of a fixed shape");
  }
  absl::StatusOr<TensorType> type = node.Output(input.dims, *element);
  if (!type.ok()) return type.status();
  if (type->elements() > kMaxExactInteger) return node.Unsupported("it is too large");
  auto constant = std::make_shared<Constant>(Constant{*type, {}, {}});
  for (std::int64_t i = 0; i < type->elements(); ++i) {
    const bool on = i % input.dims[1] - i / input.dims[1] == shift;
    if (*element == ElementType::kFloat32) {
      constant->floats.push_back(on ? 1.0F : 0.0F);
    } else {
      constant->ints.push_back(on ? 1 : 0);
    }
  }
  return Lowered{*std::move(type), ConstantPtr(std::move(constant))};
}

}  // namespace biglittle::nn
