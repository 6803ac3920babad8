#include "nn/compile/load_budget.h"

#include <fmt/format.h>

#include <cstdint>

#include "absl/status/status.h"

#include "nn/graph/graph.h"
#include "nn/graph/load_limits.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {
namespace {

constexpr std::int64_t kOutputs = 4;  // so many times the limit of one tensor
// An element's visit takes about as long as so many multiply-adds of a product.
constexpr std::int64_t kVisit = 16;

}  // namespace

LoadBudget::LoadBudget(std::int64_t max_elements, const LoadLimits& limits)
    : max_elements_(max_elements),
      max_multiply_adds_(limits.max_multiply_adds),
      constants_left_(max_elements),
      outputs_left_(kOutputs * max_elements),
      work_left_(limits.max_multiply_adds) {}

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

absl::Status LoadBudget::SpendWork(const NodeView& view, const Computed& computed,
                                   const TensorType& output, std::int64_t repeat) {
  const Kernel& kernel = *computed.kernel;
  std::int64_t visits = output.elements();
  for (const int operand : computed.operands) visits += view.Type(operand).elements();
  std::int64_t work = 0;
  const bool beyond = __builtin_mul_overflow(kernel.WindowVisits(), kVisit, &work) ||
                      __builtin_add_overflow(work, kernel.MultiplyAdds(), &work) ||
                      __builtin_mul_overflow(work, repeat, &work) ||
                      __builtin_add_overflow(work, visits * kVisit, &work) || work > work_left_;
  if (beyond) {
    return absl::ResourceExhaustedError(
        fmt::format("{}: with it the net takes more than the limit of {} multiply-adds a sample",
                    Describe(view.node()), max_multiply_adds_));
  }
  work_left_ -= work;
  return absl::OkStatus();
}

}  // namespace biglittle::nn
