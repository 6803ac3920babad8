// Functions that a model brings along (ModelProto.functions): each call becomes its body.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include <onnx/onnx.pb.h>

namespace biglittle::nn {

// Replaces every node of `model` that calls one of its functions by the function's nodes, those in
// bodies of control flow too, under names that are unique. What the caller says of attributes goes
// in, or else the function's default. Source: the ONNX specification, "Functions"
// (https://github.com/onnx/onnx/blob/main/docs/IR.md).
//   InvalidArgument: functions call each other in a circle. ResourceExhausted: there would be more
//   than max_nodes nodes.
absl::Status InlineFunctions(onnx::ModelProto& model, std::size_t max_nodes);

}  // namespace biglittle::nn
