#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/binary.h"
#include "nn/operators/binary_function.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerMod(const NodeView& node) {
  Attributes attributes(node);
  const bool of_floats = attributes.Int("fmod", 0) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  return LowerBinaryAsRead(node, of_floats ? BinaryFunction::kFmod : BinaryFunction::kMod);
}

}  // namespace biglittle::nn
