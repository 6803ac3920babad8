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
#include "nn/operators/integer_matmul.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

// Sums of products, without scales: int32.
absl::StatusOr<Lowered> LowerMatMulInteger(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  IntegerMatMul how;
  how.a_zero_point = 2;
  how.b_zero_point = 3;
  return LowerIntegerMatMul(node, std::move(how));
}

}  // namespace biglittle::nn
