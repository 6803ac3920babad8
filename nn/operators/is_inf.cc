#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerIsInf(const NodeView& node) {
  Attributes attributes(node);
  const bool negative = attributes.Int("detect_negative", 1) != 0;
  const bool positive = attributes.Int("detect_positive", 1) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  return Unary(TensorType{ElementType::kBool, type->dims},
               MakeUnaryKernel(type->elements(), [negative, positive](float x) {
                 return std::isinf(x) && (x < 0.0F ? negative : positive) ? 1.0F : 0.0F;
               }));
}

}  // namespace biglittle::nn
