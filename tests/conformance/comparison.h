// Loads a net, runs it, and compares.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <onnx/onnx.pb.h>

#include "tests/conformance/nets.h"

namespace biglittle::conformance {

std::vector<std::int64_t> DimsOf(const onnx::TensorProto& tensor);
// The elements of a tensor of float32, an integer or bool; empty for another type.
std::vector<double> NumbersOf(const onnx::TensorProto& tensor);

// Why Load refuses the model for its opset; "" if it does not, or for something else.
std::string OpsetRefusal(const onnx::ModelProto& model);

// "" if the net answers what is expected, else what is wrong.
std::string Check(const Net& net);

}  // namespace biglittle::conformance
