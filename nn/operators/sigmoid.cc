#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/kernel/activation.h"
#include "nn/operators/activation_kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerSigmoid(const NodeView& node) {
  Attributes attributes(node);
  const Activation activation{ActivationKind::kSigmoid};
  if (absl::Status status = attributes.Done(); !status.ok()) return status;
  return LowerActivation(node, activation);
}

}  // namespace biglittle::nn
