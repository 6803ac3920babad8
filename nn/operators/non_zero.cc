#include <fmt/format.h>

#include <algorithm>
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
#include "nn/operators/strided.h"

namespace biglittle::nn {

// Of what is known at load: how many there are would be the output's shape.
absl::StatusOr<Lowered> LowerNonZero(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  if (!node.IsConstant(0)) {
    return node.Unsupported("the shape of its output depends on the net's input");
  }
  const absl::StatusOr<std::vector<float>> values = node.AsFloats(0);
  if (!values.ok()) return values.status();
  std::vector<std::int64_t> found;
  for (std::size_t i = 0; i < values->size(); ++i) {
    if ((*values)[i] != 0.0F) found.push_back(static_cast<std::int64_t>(i));
  }
  const Dims& dims = node.Type(0).dims;
  const std::int64_t rank = std::max<std::int64_t>(node.Type(0).rank(), 1);
  if (found.empty()) return node.Unsupported("it finds nothing");
  absl::StatusOr<TensorType> type =
      node.Output({rank, static_cast<std::int64_t>(found.size())}, ElementType::kInt64);
  if (!type.ok()) return type.status();
  const auto strides = DenseStrides(dims);
  auto constant = std::make_shared<Constant>(Constant{*type, {}, {}});
  for (std::size_t d = 0; d < static_cast<std::size_t>(rank); ++d) {
    for (const std::int64_t at : found) {
      constant->ints.push_back(dims.empty() ? 0 : at / strides[d] % dims[d]);
    }
  }
  return Lowered{*std::move(type), ConstantPtr(std::move(constant))};
}

}  // namespace biglittle::nn
