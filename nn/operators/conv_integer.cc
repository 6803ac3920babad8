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
#include "nn/operators/integer_conv.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

// Sums of products, without scales: int32.
absl::StatusOr<Lowered> LowerConvInteger(const NodeView& node) {
  return LowerIntegerConv(node, {0, 1, 2, 3}, {});
}

}  // namespace biglittle::nn
