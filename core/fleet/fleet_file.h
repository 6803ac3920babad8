// Fleet files: read and checked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "core/diagnostics.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/source_kinds.h"
#include "core/yaml/key_facts.h"

namespace biglittle {

// What of the models has to be there. Whoever loads no task need not have the file of
// models_public_key: it is provisioning that makes it, and a dashboard has none. Whoever records
// what a task is to be trained with has not even the task.
enum class ModelsNeeded : std::uint8_t { kTasksAndKey, kTasks, kNone };

// Reads and validates a fleet file. Relative paths in it are relative to the file. Reports every
// problem: unknown keys, wrong types, values out of range, ids or tasks that do not exist, files
// that are missing. `sources` are the types of sources that there are (device_agent/sources/); who
// runs no source may have nullptr: the sources' own keys are then not looked at, nor is the type.
Parsed<FleetConfig> LoadFleet(const std::filesystem::path& path, const SourceKinds* sources,
                              ModelsNeeded models = ModelsNeeded::kTasksAndKey);

// The same for a text in memory; `file` names it in problems and is what relative paths go by.
Parsed<FleetConfig> ParseFleet(std::string_view text, const std::filesystem::path& file,
                               const SourceKinds* sources,
                               ModelsNeeded models = ModelsNeeded::kTasksAndKey);

// The keys of the file, and in them those of all its sections.
std::shared_ptr<const SectionFacts> FleetFacts(const SourceKinds& sources);

}  // namespace biglittle
