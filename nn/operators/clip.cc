#include <fmt/format.h>

#include <limits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/kernel/activation.h"
#include "nn/operators/activation_kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

// The bound at `input`, or the fallback where it is left out.
absl::StatusOr<float> Bound(const NodeView& node, int input, float fallback) {
  if (!node.Has(input)) return fallback;
  if (node.IsConstant(input) && node.ConstantAt(input)->ints.size() == 1) {
    return static_cast<float>(node.ConstantAt(input)->ints[0]);  // as far as they may be
  }
  return node.Scalar(input);
}

}  // namespace

// The bounds are attributes before opset 11, inputs since.
absl::StatusOr<Lowered> LowerClip(const NodeView& node) {
  Attributes attributes(node);
  absl::StatusOr<float> least = std::numeric_limits<float>::lowest();
  absl::StatusOr<float> greatest = std::numeric_limits<float>::max();
  if (node.opset() < 11) {
    if (node.Has(1) || node.Has(2)) return node.Invalid("its bounds must be attributes");
    least = attributes.Float("min", *least);
    greatest = attributes.Float("max", *greatest);
  } else {
    least = Bound(node, 1, *least);
    greatest = Bound(node, 2, *greatest);
  }
  if (absl::Status status = attributes.Done(); !status.ok()) return status;
  if (!least.ok()) return least.status();
  if (!greatest.ok()) return greatest.status();
  if (*least > *greatest) {
    return node.Invalid(fmt::format("its bounds {} and {} exclude each other", *least, *greatest));
  }
  return LowerActivation(node, Activation{ActivationKind::kClip, *least, *greatest});
}

}  // namespace biglittle::nn
