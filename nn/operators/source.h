// Where a kernel of several inputs finds one of them: among the step's operands, or in a constant
// that it keeps.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

class Source {
 public:
  // Adds `input` to the operands of `computed`, or keeps it if it is known at Load while another
  // input of the node is not. Unsupported if it is an integer that no float32 equals.
  static absl::StatusOr<Source> Make(const NodeView& node, int input, Computed& computed);

  // The elements that sample n sees; a constant is the same for all.
  const float* Sample(const KernelArguments& arguments, std::int64_t n) const {
    if (constant_ != nullptr) return constant_->floats.data();
    return arguments.inputs[operand_] + n * elements_;
  }
  bool IsOperand(std::size_t operand) const { return constant_ == nullptr && operand == operand_; }
  const ConstantPtr& constant() const { return constant_; }  // nullptr: an operand
  std::int64_t elements() const { return elements_; }        // of a sample

 private:
  ConstantPtr constant_;     // float32; nullptr: an operand
  std::size_t operand_ = 0;  // its position among the step's
  std::int64_t elements_ = 0;
};

}  // namespace biglittle::nn
