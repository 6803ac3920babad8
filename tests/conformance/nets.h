// Turns a test of the ONNX project into nets that the engine takes: one input, all else known at
// Load.
#pragma once

#include <string>
#include <vector>

#include <onnx/onnx.pb.h>

#include "nn/graph/load_limits.h"
#include "tests/conformance/case_folder.h"

namespace biglittle::conformance {

// A net to run once, and what it must answer.
struct Net {
  std::string how;  // "input x, output y"
  onnx::ModelProto model;
  nn::Shapes shapes = nn::Shapes::kFixed;
  onnx::TensorProto input;
  std::vector<onnx::TensorProto> expected;  // by output
};

// Every net that a data set of `test` gives: for each output, and then for all together, and each
// input that may be the one which changes. An input of integers is given as floats with a Cast
// behind. Where the output follows from the model alone, the input is a zero that is added to it.
std::vector<Net> MakeNets(const Case& test, const DataSet& data);

}  // namespace biglittle::conformance
