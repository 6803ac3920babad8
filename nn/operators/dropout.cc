#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

// At inference it passes its input on. Since opset 12 an input may switch training on.
absl::StatusOr<Lowered> LowerDropout(const NodeView& node) {
  Attributes attributes(node);
  attributes.Ignore("ratio");
  attributes.Ignore("seed");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (node.Has(2)) {
    const ConstantPtr training = node.ConstantAt(2);
    if (training == nullptr || training->type.element != ElementType::kBool ||
        training->ints.size() != 1 || training->ints[0] != 0) {
      return node.Unsupported("training_mode must be a constant false");
    }
  }
  return Lowered{node.Type(0), View{}};
}

}  // namespace biglittle::nn
