// A big net that costs: for scenarios in which the worker's computing is what is short.
#pragma once

#include <string>

namespace biglittle::chaos {

// The ONNX bytes of a net for the tiny task, right for every window, of some 17 million
// multiply-adds a reading.
std::string HeavyNet();

}  // namespace biglittle::chaos
