#include "tests/conformance/case_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <onnx/onnx.pb.h>

namespace biglittle::conformance {
namespace {

namespace fs = std::filesystem;

fs::path FileOf(const fs::path& folder, const char* kind, std::size_t i) {
  return folder / (std::string(kind) + "_" + std::to_string(i) + ".pb");
}

// input_0.pb, input_1.pb, ... as far as there are.
std::vector<onnx::TensorProto> ReadTensors(const fs::path& folder, const char* kind) {
  std::vector<onnx::TensorProto> tensors;
  while (fs::exists(FileOf(folder, kind, tensors.size()))) {
    std::ifstream file(FileOf(folder, kind, tensors.size()), std::ios::binary);
    onnx::TensorProto tensor;
    if (!tensor.ParseFromIstream(&file)) tensor.Clear();
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

}  // namespace

std::vector<std::string> ListCases(const fs::path& root) {
  std::vector<std::string> names;
  for (const char* group : {"node", "pytorch-converted", "pytorch-operator", "simple"}) {
    if (!fs::is_directory(root / group)) continue;
    for (const fs::directory_entry& entry : fs::directory_iterator(root / group)) {
      if (!fs::exists(entry.path() / "model.onnx")) continue;
      if (!fs::exists(entry.path() / "test_data_set_0")) continue;
      names.push_back(std::string(group) + "/" + entry.path().filename().string());
    }
  }
  std::ranges::sort(names);
  return names;
}

absl::StatusOr<Case> ReadCase(const fs::path& root, const std::string& name) {
  Case read;
  read.name = name;
  std::ifstream file(root / name / "model.onnx", std::ios::binary);
  if (!read.model.ParseFromIstream(&file)) {
    return absl::InvalidArgumentError(name + "/model.onnx cannot be read");
  }
  for (int i = 0;; ++i) {
    const fs::path folder = root / name / ("test_data_set_" + std::to_string(i));
    if (!fs::exists(folder)) break;
    read.data.push_back({ReadTensors(folder, "input"), ReadTensors(folder, "output")});
  }
  return read;
}

}  // namespace biglittle::conformance
