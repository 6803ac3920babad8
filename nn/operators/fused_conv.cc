#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/activation.h"
#include "nn/operators/activation_kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/conv_node.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

absl::StatusOr<Activation> ActivationOf(const NodeView& node, const std::string& name,
                                        const std::vector<float>& parameters) {
  const auto at = [&](std::size_t i, float fallback) {
    return i < parameters.size() ? parameters[i] : fallback;
  };
  if (name.empty()) return Activation{};
  if (name == "Relu") return Activation{ActivationKind::kRelu};
  if (name == "Tanh") return Activation{ActivationKind::kTanh};
  if (name == "Sigmoid") return Activation{ActivationKind::kSigmoid};
  if (name == "LeakyRelu") return Activation{ActivationKind::kLeakyRelu, at(0, 0.01F)};
  if (name == "Clip") return Activation{ActivationKind::kClip, at(0, 0.0F), at(1, 6.0F)};
  if (name == "HardSigmoid") {
    return Activation{ActivationKind::kHardSigmoid, at(0, 0.2F), at(1, 0.5F)};
  }
  return node.Unsupported(fmt::format("the activation {}", Quote(name)));
}

}  // namespace

// com.microsoft's: a convolution, the sum with input 3, and an activation, as ONNX Runtime's
// optimizer writes them.
absl::StatusOr<Lowered> LowerFusedConv(const NodeView& node) {
  Attributes attributes(node);
  const std::string name = attributes.Text("activation", "");
  const absl::StatusOr<Activation> activation =
      ActivationOf(node, name, attributes.Floats("activation_params"));
  if (!activation.ok()) return activation.status();
  absl::StatusOr<Lowered> lowered = LowerConvAsRead(node, attributes);
  if (!lowered.ok()) return lowered;
  auto& computed = std::get<Computed>(lowered->how);
  if (node.Has(3)) {
    Dims dims = lowered->type.dims;
    if (node.IsConstant(3) || node.Type(3).rank() != lowered->type.rank() ||
        !std::equal(dims.begin() + 1, dims.end(), node.Type(3).dims.begin() + 1) ||
        !computed.kernel->AbsorbSum()) {
      return node.Unsupported("its sum is with another shape");
    }
    computed.operands.push_back(3);
  }
  if (activation->kind == ActivationKind::kNone) return lowered;
  const auto next = MakeActivationKernel(*activation, lowered->type.elements());
  if (!computed.kernel->Absorb(*next)) return node.Unsupported("its activation");
  return lowered;
}

}  // namespace biglittle::nn
