// Lets a quantised net run on bytes: what stands between DequantizeLinear and QuantizeLinear
// becomes one step of integers, and tensors of int8 and uint8 are kept as bytes.
#pragma once

#include "nn/compile/network.h"

namespace biglittle::nn {

// Replaces steps whose operands are dequantised bytes by steps of bytes (Kernel::InBytes). The net
// answers the same but for the rounding of halves. To be called once, after FuseSteps.
void QuantiseSteps(Network& network);

// Decides which tensors are kept as bytes, and inserts the steps between the two ways of keeping
// where a kernel knows of floats only. The net's inputs and outputs stay floats. To be called once,
// after QuantiseSteps and before ChooseLayouts.
void ChooseStorage(Network& network);

}  // namespace biglittle::nn
