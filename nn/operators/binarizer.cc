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
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerBinarizer(const NodeView& node) {
  Attributes attributes(node);
  const float threshold = attributes.Float("threshold", 0.0F);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  return LowerUnary(node, [threshold](float x) { return x > threshold ? 1.0F : 0.0F; });
}

}  // namespace biglittle::nn
