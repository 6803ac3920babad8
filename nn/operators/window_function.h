// HannWindow, HammingWindow, BlackmanWindow: sums of cosines over a length that is known at load,
// and so constants.
#pragma once

#include <array>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

// w[k] = c[0] - c[1] cos(2 pi k / n) + c[2] cos(4 pi k / n), n the size, less 1 where it is not
// periodic.
absl::StatusOr<Lowered> LowerWindowFunction(const NodeView& node,
                                            const std::array<double, 3>& coefficients);

}  // namespace biglittle::nn
