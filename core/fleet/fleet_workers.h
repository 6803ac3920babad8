// The rules of a fleet file's workers.
#pragma once

#include <memory>
#include <vector>

#include "core/fleet/known_tasks.h"
#include "core/fleet/worker_config.h"
#include "core/yaml/key_facts.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

inline constexpr std::size_t kMaxWorkers = 1000;

// The `workers` list, templates unfolded, in the file's order.
std::vector<WorkerConfig> ReadWorkers(const YamlNode& node, KnownTasks& known, Problems& problems);

// The keys of an entry of that list.
std::shared_ptr<const SectionFacts> WorkerFacts();

}  // namespace biglittle
