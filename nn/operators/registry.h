// The operators that the engine has: one row each, one file each.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

inline constexpr std::int64_t kMinOpset = 7;
inline constexpr std::int64_t kMaxOpset = 25;

struct OperatorDefinition {
  std::string_view name;
  std::int64_t since_opset;  // of the standard domain; of another 1
  int min_inputs;            // these must be present
  int max_inputs;
  // Checks everything about the node and makes its kernel. Called with at least min_inputs and at
  // most max_inputs inputs. An output type that is not an input's, or that in another order, comes
  // from NodeView::Output, before anything is allocated or multiplied by its size.
  // Called once for each output that somebody needs (NodeView::output_index).
  absl::StatusOr<Lowered> (*lower)(const NodeView& node);
  int max_outputs = 1;  // those beyond may be named, but not used
  // It can take and yield values whose batch is not in front (TensorType::turned).
  bool any_batch_place = false;
  // It can take constants with a 1 in the place of the batch (KnownValue), and passes them on.
  bool one_for_batch = false;
  Domain domain = Domain::kStandard;
};

// nullptr if there is none of that name.
const OperatorDefinition* FindOperator(std::string_view op_type, Domain domain = Domain::kStandard);

}  // namespace biglittle::nn
