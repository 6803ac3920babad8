// Conv and what is built upon it.
#pragma once

#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// Lowers a convolution of inputs 0 to 2; `attributes` are those that the operator has read itself
// already.
absl::StatusOr<Lowered> LowerConvAsRead(const NodeView& node, Attributes& attributes);

}  // namespace biglittle::nn
