#include "core/yaml/key_kinds.h"

#include <fmt/format.h>

#include <system_error>

namespace biglittle {

std::optional<std::filesystem::path> ReadPath(const YamlNode& node, std::string_view name,
                                              Problems& problems) {
  const auto text = ReadLine(node, name, kMaxPathBytes, problems);
  if (!text) return std::nullopt;
  return (problems.folder() / *text).lexically_normal();
}

std::optional<std::filesystem::path> ReadFilePath(const YamlNode& node, std::string_view name,
                                                  Problems& problems) {
  auto path = ReadPath(node, name, problems);
  std::error_code error;
  if (path && !std::filesystem::is_regular_file(*path, error)) {
    problems.Add(node, fmt::format("there is no file {}", path->string()));
  }
  return path;
}

TextShape IdentifierShape() { return {.what = "identifier", .pattern = "^[A-Za-z0-9_.-]{1,64}$"}; }

TextShape TaskNameShape() {
  return {.what = "`a-z 0-9 -`, 64 characters", .pattern = "^[a-z0-9-]{1,64}$"};
}

TextShape PathShape(std::string what) {
  return {.what = std::move(what), .pattern = "", .longest = kMaxPathBytes};
}

}  // namespace biglittle
