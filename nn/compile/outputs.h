// The outputs of a network among its other values: apart from them in memory, each as early as can
// be in time.
#pragma once

#include "nn/compile/network.h"

namespace biglittle::nn {

// Gives every output a slot that no step reads and that is neither the input's nor another
// output's; adds a step that copies where the compiler has given none. To be called once, before
// FuseSteps.
void SeparateOutputs(Network& network);

// Sorts the steps: first those that the first output needs, then what the second needs beside them,
// and so on; the order that there was where it is free. Fills Network::steps_to,
// ModelInfo::multiply_adds and multiply_adds_to. To be called when no step is added any more.
void OrderSteps(Network& network);

}  // namespace biglittle::nn
