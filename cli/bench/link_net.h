// A net that costs next to nothing, as an ONNX file.
#pragma once

#include <string>

#include "core/tensor.h"

namespace biglittle {

// The bytes of a net called `name`: readings of this shape, as floats, times a matrix with two
// columns.
std::string LinkNet(const Shape& shape, const std::string& name);

}  // namespace biglittle
