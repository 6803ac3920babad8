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

namespace biglittle::nn {

// If, Loop and Scan: the compiler writes them out and asks no kernel for them.
absl::StatusOr<Lowered> LowerWrittenOut(const NodeView& node) {
  return node.Unsupported("control flow cannot be computed");
}

}  // namespace biglittle::nn
