#include <fmt/format.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/gelu_function.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

// Of opset 20, and com.microsoft's, which has no attribute.
absl::StatusOr<Lowered> LowerGelu(const NodeView& node) {
  Attributes attributes(node);
  const std::string approximate = attributes.Text("approximate", "none");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (approximate == "none") return LowerUnary(node, ExactGelu);
  if (approximate == "tanh") return LowerUnary(node, GeluByTanh);
  return node.Invalid(fmt::format("approximate {} is not known", Quote(approximate)));
}

}  // namespace biglittle::nn
