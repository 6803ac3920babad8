#include <fmt/format.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerNot(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  TensorType type = node.Type(0);
  if (type.element != ElementType::kBool) {
    return node.Invalid(fmt::format("its input is {}", Name(type.element)));
  }
  auto kernel = MakeUnaryKernel(type.elements(), [](float x) { return x == 0.0F ? 1.0F : 0.0F; });
  return Unary(std::move(type), std::move(kernel));
}

}  // namespace biglittle::nn
