#include "core/fleet/known_tasks.h"

#include <fmt/format.h>

#include <system_error>

#include "core/task/task_versions.h"
#include "core/text.h"

namespace biglittle {

std::string KnownTasks::Read(const YamlNode& node, std::string_view name, Problems& problems) {
  const auto text = ReadLine(node, name, 64, problems);
  if (!text) return "";
  if (!IsTaskName(*text)) {
    problems.Add(node, fmt::format("'{}' must be 1 to 64 characters of a-z 0-9 -, not {}", name,
                                   Quoted(*text)));
    return "";
  }
  if (models_.empty()) return *text;
  auto known = exists_.find(*text);
  if (known == exists_.end()) {
    std::error_code error;
    const bool exists =
        std::filesystem::is_regular_file(ResolveTaskFolder(models_ / *text) / "task.yaml", error);
    known = exists_.emplace(*text, exists).first;
  }
  if (known->second) return *text;
  problems.Add(node, fmt::format("there is no task {}: no file {}", Quoted(*text),
                                 (models_ / *text / "task.yaml").lexically_normal().string()));
  return "";
}

}  // namespace biglittle
