#include "absl/status/statusor.h"

#include "nn/operators/binary.h"
#include "nn/operators/binary_function.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerXor(const NodeView& node) {
  return LowerBinary(node, BinaryFunction::kXor);
}

}  // namespace biglittle::nn
