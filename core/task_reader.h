// The rules of a task file: from a YAML tree to a Task.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/map_reader.h"
#include "core/task.h"
#include "core/yaml_reader.h"

namespace biglittle {

// How files and messages call kOtherClass; no label has this name.
inline constexpr std::string_view kOtherName = "other";

// A whole Task if `problems` has got none, else what could be read. `file` is what relative paths
// go by.
Task ReadTask(const YamlNode& root, const std::filesystem::path& file, Problems& problems);

}  // namespace biglittle
