// The parts of a task file that `biglittle tune` writes: when the little net may answer. A private
// part of the task reader.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/task/label_index.h"
#include "core/task/task.h"
#include "core/yaml/key_kinds.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

inline constexpr FractionRange kTemperature{0, 1000, true};
inline Key<NetDescription> TemperatureKey(KeyText text) {
  return OwnKey<NetDescription>("temperature", {FractionShape{kTemperature}}, std::move(text),
                                Need::kOptional,
                                WrittenDefault(NetDescription{}.temperatures.front()));
}

// Reads `score`, `thresholds`, `logistic`, `most_energy` and `early_exit` of the task file into
// task.score and task.heads, and the early exit's temperature into task.little. Needs the task's
// labels, design and little net.
void ReadAnswerRules(MapReader& map, const LabelIndex& labels, Task& task, Problems& problems);
// Where those are not known: reads nothing, but takes the keys for known.
void AskForAnswerRules(MapReader& map);
std::shared_ptr<const SectionFacts> AnswerFacts();

// The `validation` section, and the kinds of it that there are.
std::optional<ValidationPart> ReadValidation(const YamlNode& node, Problems& problems);
std::vector<std::shared_ptr<const SectionFacts>> ValidationFacts();

}  // namespace biglittle
