// If, Loop and Scan, written out at Load: the branch that a known condition chooses, and the body
// of a loop as many times as it is known to be run.
#pragma once

#include "absl/status/status.h"

#include "nn/graph/graph.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// What control flow needs of the compiler.
class NodeLowering {
 public:
  virtual ~NodeLowering() = default;
  virtual const KnownValue& ValueOf(ValueId id) const = 0;
  // From now on `id` is this constant.
  virtual void SetConstant(ValueId id, ConstantPtr constant) = 0;
  // From now on `id` is what `from` is by now.
  virtual void Alias(ValueId id, ValueId from) = 0;
  // An id that no value of the file has.
  virtual ValueId NewValue() = 0;
  // A loop is written out once more: counts as a node does.
  virtual absl::Status SpendTurn(const Node& loop) = 0;
  // Lowers a node whose inputs are defined. What it has defined before is defined anew.
  virtual absl::Status Lower(const Node& node) = 0;
};

bool IsControlFlow(const Node& node);

// Demands IsControlFlow. Unimplemented: the condition or the count depends on the net's input.
absl::Status LowerControlFlow(const Node& node, NodeLowering& lowering);

}  // namespace biglittle::nn
