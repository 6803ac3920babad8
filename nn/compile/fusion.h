// Lets kernels absorb the steps behind them: batch normalisation, sums (as of a residual block) and
// activations into the convolution or matrix product in front.
#pragma once

#include "nn/compile/network.h"

namespace biglittle::nn {

// Joins steps where the kernel in front can absorb the one that alone reads its output. To be
// called after SeparateOutputs, so that what the net answers has a reader of its own. The net
// computes the same function; rounding may differ in the last digits.
void FuseSteps(Network& network);

}  // namespace biglittle::nn
