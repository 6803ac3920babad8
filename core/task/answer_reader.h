// The parts of a task file that `biglittle tune` writes: when the little net may answer. A private
// part of the task reader.
#pragma once

#include <optional>

#include "core/task/label_index.h"
#include "core/task/task.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

inline constexpr double kMaxTemperature = 1000;

// Reads `score`, `thresholds`, `logistic`, `most_energy` and `early_exit` of the task file into
// task.score and task.heads, and the early exit's temperature into task.little. Needs the task's
// labels, design and little net.
void ReadAnswerRules(MapReader& map, const LabelIndex& labels, Task& task, Problems& problems);

// The `validation` section.
std::optional<ValidationPart> ReadValidation(const YamlNode& node, Problems& problems);

}  // namespace biglittle
