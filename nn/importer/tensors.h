// The leaves of an ONNX file: tensors and attributes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include <onnx/onnx.pb.h>

#include "nn/graph/graph.h"
#include "nn/importer/weight_files.h"

namespace biglittle::nn {

// "float16" for the number that the file uses.
std::string TypeName(int data_type);

// Errors begin with `what`. Proves that the data is there, as large as the shape says, and that no
// number is a NaN, unless those may be (they end the sets of trees). `files`: where data that is
// kept outside lies; nullptr where there is none.
absl::StatusOr<ConstantPtr> ImportTensor(const onnx::TensorProto& tensor, const std::string& what,
                                         WeightFiles* files, bool nan = false);

// All but graphs, which come as Attribute::Unsupported.
absl::StatusOr<Attribute> ImportAttribute(const onnx::AttributeProto& attribute,
                                          const std::string& what, WeightFiles* files);

}  // namespace biglittle::nn
