// `escalate` and `features` of a task file: what a device sends of a reading that the big net is
// asked about. A private part of the task reader.
#pragma once

#include "core/task/task.h"
#include "core/yaml/key_table.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

Key<Task> EscalateKey();
Key<Task> FeaturesKey();

// Into the task's escalate and features_shape. Needs the task's input, which is read before.
void ReadEscalation(MapReader& map, Task& task, Problems& problems);

}  // namespace biglittle
