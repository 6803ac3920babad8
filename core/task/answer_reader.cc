#include "core/task/answer_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/text.h"

namespace biglittle {
namespace {

constexpr double kMostWeight = 1e6;
constexpr std::size_t kMaxGroups = 100'000;
constexpr std::size_t kMaxGroupsBytes = 200;

// A net whose outputs could not be read has been reported already.
bool Knows(const Task& task, int class_index) {
  return task.little.outputs.empty() ||
         std::ranges::find(task.little.outputs, class_index) != task.little.outputs.end();
}

void ReadThresholds(const YamlNode& node, const LabelIndex& labels, const Task& task,
                    HeadRule& rule, Problems& problems) {
  const MapReader map(node, "thresholds", problems);
  if (!map.is_map()) return;
  for (const YamlNode::Entry& entry : node.entries) {
    const std::optional<int> index = labels.Read(*entry.key, "thresholds", false, problems);
    const auto value =
        ReadFraction(*entry.value, entry.key->text.empty() ? "thresholds" : entry.key->text,
                     {0, 1, true}, problems);
    if (!index || !value) continue;
    if (!Knows(task, *index)) {
      problems.Add(*entry.key, fmt::format("'thresholds' names {}, which the little net does not "
                                           "tell apart",
                                           Quoted(entry.key->text)));
      continue;
    }
    rule.thresholds[static_cast<std::size_t>(*index)] = *value;
  }
}

std::optional<LogisticRule> ReadLogistic(const YamlNode& node, Problems& problems) {
  const auto* items = ReadList(node, "logistic", 3, 3, problems);
  if (items == nullptr) return std::nullopt;
  std::array<float, 3> weights{};
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto value =
        ReadFraction(*(*items)[i], "logistic", {-kMostWeight, kMostWeight}, problems);
    if (!value) return std::nullopt;
    weights[i] = *value;
  }
  return LogisticRule{weights[0], weights[1], weights[2]};
}

// The keys that both heads have.
HeadRule ReadHead(MapReader& map, const LabelIndex& labels, const Task& task, Problems& problems) {
  HeadRule rule;
  rule.thresholds.resize(task.labels.size());
  if (const YamlNode* node = map.Find("thresholds")) {
    ReadThresholds(*node, labels, task, rule, problems);
  }
  const YamlNode* logistic = map.Find("logistic");
  if (logistic != nullptr) rule.logistic = ReadLogistic(*logistic, problems);
  if (const YamlNode* node = map.Find("most_energy")) {
    rule.most_energy = ReadFraction(*node, "most_energy", {-kMostWeight, kMostWeight}, problems);
  }
  if (map.is_map() && task.score == Score::kLogistic && logistic == nullptr) {
    problems.Add(map.node(), "'score' is logistic, but the three weights 'logistic' are missing");
  }
  return rule;
}

bool Has(const YamlNode& map, std::string_view key) {
  return std::ranges::any_of(map.entries, [key](const YamlNode::Entry& entry) {
    return entry.key->kind == YamlNode::Kind::kScalar && entry.key->text == key;
  });
}

}  // namespace

void ReadAnswerRules(MapReader& map, const LabelIndex& labels, Task& task, Problems& problems) {
  if (const YamlNode* node = map.Find("score")) {
    const auto choice =
        ReadChoice(*node, "score", {kScoreNames.begin(), kScoreNames.end()}, problems);
    if (choice) task.score = static_cast<Score>(*choice);
  }
  const YamlNode* exit = map.Find("early_exit");
  if (task.design != LittleDesign::kEarlyExit) {
    if (exit != nullptr) {
      problems.Add(*exit, "'early_exit' is only for a little net whose design is early_exit");
    }
  } else {
    task.little.temperatures.insert(task.little.temperatures.begin(), 1.0F);
    HeadRule rule;
    rule.thresholds.resize(task.labels.size());
    if (exit != nullptr) {
      MapReader early(*exit, "early_exit", problems);
      if (const YamlNode* value = early.Find("temperature")) {
        const auto read = ReadFraction(*value, "temperature", {0, kMaxTemperature, true}, problems);
        if (read) task.little.temperatures.front() = *read;
      }
      rule = ReadHead(early, labels, task, problems);
      early.Finish();
    }
    task.heads.push_back(std::move(rule));
  }
  task.heads.push_back(ReadHead(map, labels, task, problems));
}

std::optional<ValidationPart> ReadValidation(const YamlNode& node, Problems& problems) {
  MapReader map(node, "validation", problems);
  std::optional<ValidationPart> part;
  // Looked up by the key that tells the kind: the others are then unknown to this map.
  if (Has(node, "every")) {
    EveryNthRow rows;
    map.GetWhole("every", {2, 1'000'000}, rows.n);
    part = rows;
  } else if (Has(node, "groups")) {
    HeldGroups rows;
    const YamlNode& groups = *map.Find("groups");
    if (const auto name = ReadLine(groups, "groups", kMaxGroupsBytes, problems)) {
      rows.groups = *name;
      if (name->find('/') != std::string::npos) {
        problems.Add(groups, fmt::format("'groups' must be the name of an array beside the "
                                         "windows, without '/', not {}",
                                         Quoted(*name)));
      }
    }
    if (const YamlNode* held = map.Require("held")) {
      if (const auto* items = ReadList(*held, "held", 1, kMaxGroups, problems)) {
        for (const YamlNode* item : *items) {
          const auto value = ReadWhole(*item, "held", {-kMaxExactWhole, kMaxExactWhole}, problems);
          if (value) rows.held.push_back(*value);
        }
      }
    }
    part = std::move(rows);
  } else if (Has(node, "simulated_seed")) {
    SimulatedReadings readings;
    map.GetWhole("simulated_seed", {0, kMaxExactWhole}, readings.seed);
    map.Require("readings");
    map.GetWhole("readings", {1, 10'000'000}, readings.readings);
    part = readings;
  } else if (map.is_map()) {
    for (const char* key : {"every", "groups", "held", "simulated_seed", "readings"}) map.Find(key);
    problems.Add(node, "'validation' needs 'every', 'groups' or 'simulated_seed'");
  }
  map.Finish();
  return part;
}

}  // namespace biglittle
