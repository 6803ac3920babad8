#include "nn/operators/source.h"

#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

absl::StatusOr<Source> Source::Make(const NodeView& node, int input, Computed& computed) {
  Source source;
  source.elements_ = node.Type(input).elements();
  if (!node.IsConstant(input) || node.AllConstant()) {
    source.operand_ = computed.operands.size();
    computed.operands.push_back(input);
    return source;
  }
  const ConstantPtr& constant = node.ConstantAt(input);
  if (constant->type.element == ElementType::kFloat32) {
    source.constant_ = constant;
    return source;
  }
  if (constant->type.element == ElementType::kText) {  // each is its place in the list
    std::vector<float> places(constant->texts.size());
    std::iota(places.begin(), places.end(), 0.0F);
    source.constant_ = std::make_shared<const Constant>(
        Constant{{ElementType::kFloat32, constant->type.dims}, std::move(places), {}});
    return source;
  }
  absl::StatusOr<std::vector<float>> floats = node.AsFloats(input);
  if (!floats.ok()) return floats.status();
  source.constant_ = std::make_shared<const Constant>(
      Constant{{ElementType::kFloat32, constant->type.dims}, *std::move(floats), {}});
  return source;
}

}  // namespace biglittle::nn
