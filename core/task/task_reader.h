// The rules of a task file: from a YAML tree to a Task.
#pragma once

#include <filesystem>
#include <memory>

#include "core/task/task.h"
#include "core/yaml/key_facts.h"
#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

// A whole Task if `problems` has got none, else what could be read. `file` is what relative paths
// go by.
Task ReadTask(const YamlNode& root, const std::filesystem::path& file, Problems& problems);

// The keys of the file, and in them those of all its sections.
std::shared_ptr<const SectionFacts> TaskFacts();

}  // namespace biglittle
