// A parameter that is one whole number, of any type of integers.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

// Of `input`, which must be there: 1 to kMaxTransform. `what` names it in the error: "its length".
absl::StatusOr<std::int64_t> WholeNumber(const NodeView& node, int input, const char* what);

}  // namespace biglittle::nn
