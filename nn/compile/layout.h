// Chooses for each feature map whether its channels lie in front of its pixels or behind them.
#pragma once

#include "nn/compile/network.h"

namespace biglittle::nn {

// Tells every kernel which layouts it reads and writes, and inserts the steps that turn a feature
// map where two neighbours cannot agree. The net's input and outputs stay planar. To be called
// once, after FuseSteps.
void ChooseLayouts(Network& network);

}  // namespace biglittle::nn
