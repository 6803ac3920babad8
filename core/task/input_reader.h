// The `input` of a task file: what one reading is, and how it crosses the network.
#pragma once

#include <memory>

#include "core/task/task.h"
#include "core/yaml/key_facts.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

// Fills the task's input_dtype, input_shape and wire_dtype from the map `node`; what is wrong is
// added to `problems`, and its field left as it was.
void ReadInput(const YamlNode& node, Task& task, Problems& problems);

std::shared_ptr<const SectionFacts> InputFacts();

}  // namespace biglittle
