#include "cli/bench/link_task.h"

#include <span>
#include <string>
#include <system_error>

#include <nlohmann/json.hpp>

#include "cli/bench/link_net.h"
#include "cli/text_file.h"
#include "cli/yaml_text.h"
#include "core/digest.h"

namespace biglittle {

absl::Status WriteLinkTask(const std::filesystem::path& models, DType dtype, const Shape& shape) {
  const std::filesystem::path folder = models / kLinkTask;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string net = LinkNet(shape, kLinkTask);
  const std::string digest = Sha256(std::as_bytes(std::span(net)));
  for (const char* file : {"little.onnx", "big.onnx"}) {
    if (absl::Status status = WriteTextFile(folder / file, net); !status.ok()) return status;
  }
  return WriteTextFile(
      folder / "task.yaml",
      ToYaml({{"version", 1},
              {"task", kLinkTask},
              {"description", "Nets that cost nothing"},
              {"labels", {"one", "two"}},
              {"priority_classes", {"one"}},
              {"input", {{"dtype", Name(dtype)}, {"shape", shape}}},
              {"normalisation", {{"mean", {0}}, {"standard_deviation", {1}}}},
              {"little",
               {{"file", "little.onnx"},
                {"sha256", digest},
                {"outputs", {"one", "other"}},
                {"temperature", 1}}},
              {"big", {{"file", "big.onnx"}, {"sha256", digest}, {"temperature", 1}}},
              {"thresholds", {{"one", 0.9}}}}));
}

}  // namespace biglittle
