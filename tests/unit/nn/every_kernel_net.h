// A net that has every kind of kernel which shares its work among threads.
#pragma once

#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {

// Every kind of kernel, wide enough that each has work to share: the convolutions grouped, by
// channel, Winograd's and direct ones, pools, joins, elements, softmax, an LSTM and a product.
OnnxBuilder EveryKernelNet();

}  // namespace biglittle::nn::testing
