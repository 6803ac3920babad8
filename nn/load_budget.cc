#include "nn/load_budget.h"

#include <fmt/format.h>

#include <cstdint>

#include "absl/status/status.h"

#include "nn/graph.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {
namespace {

constexpr std::int64_t kOutputs = 4;  // so many times the limit of one tensor

}  // namespace

LoadBudget::LoadBudget(std::int64_t max_elements)
    : max_elements_(max_elements),
      constants_left_(max_elements),
      outputs_left_(kOutputs * max_elements) {}

absl::Status LoadBudget::SpendConstant(const NodeView& view, const TensorType& type) {
  constants_left_ -= type.elements();
  if (constants_left_ >= 0) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      fmt::format("{}: computing it at load takes more than the limit of {} elements",
                  Describe(view.node()), max_elements_));
}

absl::Status LoadBudget::SpendStep(const NodeView& view, const TensorType& output) {
  outputs_left_ -= output.elements();
  if (outputs_left_ < 0) {
    return absl::ResourceExhaustedError(
        fmt::format("{}: with it the nodes' outputs exceed {} times the limit of {} elements",
                    Describe(view.node()), kOutputs, max_elements_));
  }
  for (int i = 0; i < view.input_count(); ++i) {
    if (!view.Has(i) || !view.IsConstant(i)) continue;
    const TensorType& type = view.Type(i);
    if (type.element == ElementType::kFloat32) continue;
    if (absl::Status s = SpendConstant(view, type); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace biglittle::nn
