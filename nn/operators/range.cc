#include <fmt/format.h>

#include <algorithm>
#include <array>
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
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

// Of numbers known at Load: integers, or floats.
absl::StatusOr<Lowered> LowerRange(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  std::array<double, 3> limits{};
  for (int i = 0; i < 3; ++i) {
    if (!node.IsConstant(i)) return node.Unsupported(fmt::format("input {} must be a constant", i));
    const absl::StatusOr<float> number = node.Scalar(i);
    if (!number.ok()) return number.status();
    limits[static_cast<std::size_t>(i)] = static_cast<double>(*number);
  }
  const auto [first, last, step] = limits;
  const double count = step == 0.0 ? -1.0 : std::ceil((last - first) / step);
  if (!(count >= 1.0) || count > static_cast<double>(kMaxExactInteger)) {
    return node.Unsupported("it counts nothing, or too far");
  }
  absl::StatusOr<TensorType> type =
      node.Output({static_cast<std::int64_t>(count)}, node.Type(0).element);
  if (!type.ok()) return type.status();
  auto constant = std::make_shared<Constant>(Constant{*type, {}, {}});
  for (std::int64_t i = 0; i < type->elements(); ++i) {
    const double value = first + static_cast<double>(i) * step;
    if (type->element == ElementType::kFloat32) {
      constant->floats.push_back(static_cast<float>(value));
    } else {
      constant->ints.push_back(static_cast<std::int64_t>(value));
    }
  }
  return Lowered{*std::move(type), ConstantPtr(std::move(constant))};
}

}  // namespace biglittle::nn
