// The tasks that a fleet file may name.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

// Tells whether the models folder has a task, and reports once where it has not.
class KnownTasks {
 public:
  // `models` is empty where the file names no usable folder: then every task counts as known.
  explicit KnownTasks(std::filesystem::path models) : models_(std::move(models)) {}

  // Reads a task's name; empty after reporting what is wrong with it.
  std::string Read(const YamlNode& node, std::string_view name, Problems& problems);

 private:
  const std::filesystem::path models_;
  std::map<std::string, bool, std::less<>> exists_;
};

}  // namespace biglittle
