// One of the ONNX project's tests as it lies on disk: a model, and what it answers to its inputs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include <onnx/onnx.pb.h>

namespace biglittle::conformance {

// The tensors in the order of the graph's inputs and outputs. One that is no tensor (a sequence, an
// optional) has the type UNDEFINED.
struct DataSet {
  std::vector<onnx::TensorProto> inputs;
  std::vector<onnx::TensorProto> outputs;
};

struct Case {
  std::string name;  // "node/test_abs"
  onnx::ModelProto model;
  std::vector<DataSet> data;
};

// The names of all cases under `root`, sorted; those that the package ships without a model or
// without data are left out.
std::vector<std::string> ListCases(const std::filesystem::path& root);

// InvalidArgument if a file cannot be read.
absl::StatusOr<Case> ReadCase(const std::filesystem::path& root, const std::string& name);

}  // namespace biglittle::conformance
