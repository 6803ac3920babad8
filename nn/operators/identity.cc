#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerIdentity(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  return Lowered{node.Type(0), View{}};
}

}  // namespace biglittle::nn
