// QuantizeLinear and DequantizeLinear whose scale the net computes: one for the whole tensor.
#pragma once

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

// True if the scale or the zero point is no constant.
bool HasDynamicScale(const NodeView& node);
absl::StatusOr<Lowered> LowerDynamicQuantize(const NodeView& node);
absl::StatusOr<Lowered> LowerDynamicDequantize(const NodeView& node);

}  // namespace biglittle::nn
