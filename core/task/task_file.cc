#include "core/task/task_file.h"

#include <fmt/format.h>

#include <string>
#include <system_error>

#include "core/digest.h"
#include "core/task/net_file.h"
#include "core/task/task_reader.h"
#include "core/task/task_versions.h"
#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

absl::Status VerifyFile(const NetDescription& net) {
  const auto bytes = ReadNetFile(net);
  if (!bytes.ok()) return bytes.status();
  const std::string digest = Sha256(*bytes);
  if (digest == net.sha256) return ReadWeightFiles(net).status();
  return absl::DataLossError(fmt::format(
      "{}: has SHA-256 {}, but task.yaml names {}; fetch the right file or train the task again",
      net.file.string(), digest, net.sha256));
}

}  // namespace

Parsed<Task> LoadTask(const std::filesystem::path& path) {
  return LoadSignedTask(path, std::nullopt);
}

Parsed<Task> LoadSignedTask(const std::filesystem::path& path,
                            const std::optional<PublicKey>& key) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(path, error);
  const std::filesystem::path file = is_folder ? ResolveTaskFolder(path) / "task.yaml" : path;
  const Parsed<std::string> text = ReadTextFile(file);
  if (!text.ok()) return {.value = std::nullopt, .problems = text.problems};
  if (const absl::Status status = key ? key->VerifyFile(file, *text.value) : absl::OkStatus();
      !status.ok()) {
    return {.value = std::nullopt,
            .problems = {{SignaturePath(file).string(), 0, 0, std::string(status.message())}}};
  }
  return ParseTask(*text.value, file);
}

Parsed<Task> ParseTask(std::string_view text, const std::filesystem::path& file) {
  const Parsed<YamlDocument> document = ParseYaml(text, file.string());
  if (!document.ok()) return {.value = std::nullopt, .problems = document.problems};
  Problems problems(file.string());
  Parsed<Task> parsed;
  parsed.value = ReadTask(*document.value->root, file, problems);
  if (!problems.empty()) parsed = {.value = std::nullopt, .problems = problems.Take()};
  return parsed;
}

absl::Status VerifyFiles(const Task& task) {
  if (absl::Status little = VerifyFile(task.little); !little.ok()) return little;
  return VerifyFile(task.big);
}

}  // namespace biglittle
