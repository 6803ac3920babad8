// The leaves of an ONNX file: tensors and attributes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include <onnx/onnx.pb.h>

#include "nn/graph/graph.h"

namespace biglittle::nn {

// "float16" for the number that the file uses.
std::string TypeName(int data_type);

// Errors begin with `what`. Proves that the data is there, as large as the shape says, and finite.
absl::StatusOr<ConstantPtr> ImportTensor(const onnx::TensorProto& tensor, const std::string& what);

absl::StatusOr<Attribute> ImportAttribute(const onnx::AttributeProto& attribute,
                                          const std::string& what);

}  // namespace biglittle::nn
