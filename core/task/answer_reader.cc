#include "core/task/answer_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/text.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr FractionRange kWeight{-1e6, 1e6};
constexpr FractionRange kThreshold{0, 1, true};
constexpr WholeRange kGroup{-kMaxExactWhole, kMaxExactWhole};
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
                     kThreshold, problems);
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

void ReadLogistic(const YamlNode& node, std::optional<LogisticRule>& rule, Problems& problems) {
  const auto* items = ReadList(node, "logistic", 3, 3, problems);
  if (items == nullptr) return;
  std::array<float, 3> weights{};
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto value = ReadFraction(*(*items)[i], "logistic", kWeight, problems);
    if (!value) return;
    weights[i] = *value;
  }
  rule = LogisticRule{weights[0], weights[1], weights[2]};
}

// Those that both heads have. Thresholds need the labels.
const KeyTable<HeadRule>& HeadKeys() {
  static const KeyTable<HeadRule> keys(
      "head", "",
      {OwnKey<HeadRule>("thresholds", {ByLabelShape{Each({FractionShape{kThreshold}})}},
                        {.help = "score from which the answer counts; a class without one is "
                                 "always escalated",
                         .absent = "none",
                         .range = "above 0, at most 1, for classes that the little net tells "
                                  "apart"}),
       KeyReadBy("logistic", &HeadRule::logistic, ReadLogistic,
                 {ListShape{.least = 3, .most = 3, .element = Each({FractionShape{kWeight}})}},
                 {.help = "weights b, f, s of the logistic [score](#scores); needed where that is "
                          "the `score`",
                  .absent = "none",
                  .range = "a list of 3 numbers, each -1000000 to 1000000"}),
       FractionKey("most_energy", &HeadRule::most_energy, kWeight,
                   {.help = "a reading of greater [energy](#scores) is unlike the training data",
                    .absent = "none: nobody asks"})});
  return keys;
}

const KeyTable<NetDescription>& ExitTemperatureKeys() {
  static const KeyTable<NetDescription> keys(
      "exit_temperature", "",
      {TemperatureKey({.help = "of the early exit's logits, as in `little`"})});
  return keys;
}

std::shared_ptr<const SectionFacts> EarlyExitFacts() {
  return JoinedFacts("early_exit", "when the early exit of a little net of that design may answer",
                     {ExitTemperatureKeys().facts(), HeadKeys().facts()});
}

const KeyTable<Task>& ScoreKeys() {
  static const KeyTable<Task> keys(
      "score", "",
      {ChoiceKey("score", &Task::score, kScores, {.help = "how sure a prediction is"}),
       OwnKey<Task>("early_exit", {MapShape{{EarlyExitFacts()}}},
                    {.absent = "the exit never answers", .range = "map, only for that design"})});
  return keys;
}

// The keys that both heads have.
HeadRule ReadHead(MapReader& map, const LabelIndex& labels, const Task& task, Problems& problems) {
  HeadRule rule;
  rule.thresholds.resize(task.labels.size());
  HeadKeys().Read(map, rule);
  if (const YamlNode* node = map.Find("thresholds")) {
    ReadThresholds(*node, labels, task, rule, problems);
  }
  if (map.is_map() && task.score == Score::kLogistic && map.Find("logistic") == nullptr) {
    problems.Add(map.node(), "'score' is logistic, but the three weights 'logistic' are missing");
  }
  return rule;
}

HeadRule ReadEarlyExit(const YamlNode& node, const LabelIndex& labels, Task& task,
                       Problems& problems) {
  MapReader map(node, "early_exit", problems);
  if (const YamlNode* value = map.Find("temperature")) {
    const auto read = ReadFraction(*value, "temperature", kTemperature, problems);
    if (read) task.little.temperatures.front() = *read;
  }
  HeadRule rule = ReadHead(map, labels, task, problems);
  map.Finish();
  return rule;
}

void ReadGroups(const YamlNode& node, std::string& groups, Problems& problems) {
  const auto name = ReadLine(node, "groups", kMaxGroupsBytes, problems);
  if (!name) return;
  groups = *name;
  if (name->find('/') != std::string::npos) {
    problems.Add(node, fmt::format("'groups' must be the name of an array beside the windows, "
                                   "without '/', not {}",
                                   Quoted(*name)));
  }
}

void ReadHeld(const YamlNode& node, std::vector<std::int64_t>& held, Problems& problems) {
  const auto* items = ReadList(node, "held", 1, kMaxGroups, problems);
  if (items == nullptr) return;
  for (const YamlNode* item : *items) {
    const auto value = ReadWhole(*item, "held", kGroup, problems);
    if (value) held.push_back(*value);
  }
}

const KeyTable<EveryNthRow>& RowKeys() {
  static const KeyTable<EveryNthRow> keys(
      "validation_rows", "every n-th row of the training data",
      {Required(WholeKey("every", &EveryNthRow::n, {2, 1'000'000},
                         {.help = "n: rows n-1, 2n-1, ..., counted from 0"}))});
  return keys;
}

const KeyTable<HeldGroups>& GroupKeys() {
  static const KeyTable<HeldGroups> keys(
      "validation_groups", "the training rows of some persons, machines or days",
      {Required(KeyReadBy("groups", &HeldGroups::groups, ReadGroups,
                          {TextShape{.what = fmt::format("{} bytes, no `/`", kMaxGroupsBytes),
                                     .pattern = "^[^/\n]+$",
                                     .longest = kMaxGroupsBytes}},
                          {.help = "name, without .npy, of the array beside the windows that has "
                                   "one integer a row"})),
       Required(KeyReadBy(
           "held", &HeldGroups::held, ReadHeld,
           {ListShape{.least = 1, .most = kMaxGroups, .element = Each({WholeShape{kGroup}})}},
           {.help = "the groups whose rows these are",
            .range = fmt::format("1 to {} whole numbers", kMaxGroups)}))});
  return keys;
}

const KeyTable<SimulatedReadings>& SimulatedKeys() {
  static const KeyTable<SimulatedReadings> keys(
      "validation_simulated", "a run of the simulator of its own",
      {Required(WholeKey("simulated_seed", &SimulatedReadings::seed, {0, kMaxExactWhole},
                         {.help = "the simulator's; the test part is as many readings of the next "
                                  "seed"})),
       Required(WholeKey("readings", &SimulatedReadings::readings, {1, 10'000'000},
                         {.help = "how many", .unit = "readings"}))});
  return keys;
}

void AskForAll(MapReader& map, const SectionFacts& facts) {
  for (const KeyFacts& key : facts.keys) map.Find(key.name);
}

template <typename Part>
ValidationPart ReadPart(MapReader& map, const KeyTable<Part>& keys) {
  Part part;
  keys.Read(map, part);
  return part;
}

bool Has(const YamlNode& map, std::string_view key) {
  return std::ranges::any_of(map.entries, [key](const YamlNode::Entry& entry) {
    return entry.key->kind == YamlNode::Kind::kScalar && entry.key->text == key;
  });
}

}  // namespace

void ReadAnswerRules(MapReader& map, const LabelIndex& labels, Task& task, Problems& problems) {
  ScoreKeys().Read(map, task);
  const YamlNode* exit = map.Find("early_exit");
  if (task.design != LittleDesign::kEarlyExit) {
    if (exit != nullptr) {
      problems.Add(*exit, "'early_exit' is only for a little net whose design is early_exit");
    }
  } else {
    task.little.temperatures.insert(task.little.temperatures.begin(), 1.0F);
    HeadRule rule;
    rule.thresholds.resize(task.labels.size());
    if (exit != nullptr) rule = ReadEarlyExit(*exit, labels, task, problems);
    task.heads.push_back(std::move(rule));
  }
  task.heads.push_back(ReadHead(map, labels, task, problems));
}

std::shared_ptr<const SectionFacts> AnswerFacts() {
  return JoinedFacts("answers", "", {ScoreKeys().facts(), HeadKeys().facts()});
}

void AskForAnswerRules(MapReader& map) { AskForAll(map, *AnswerFacts()); }

std::optional<ValidationPart> ReadValidation(const YamlNode& node, Problems& problems) {
  MapReader map(node, "validation", problems);
  std::optional<ValidationPart> part;
  // Looked up by the key that tells the kind: the others are then unknown to this map.
  if (Has(node, "every")) {
    part = ReadPart(map, RowKeys());
  } else if (Has(node, "groups")) {
    part = ReadPart(map, GroupKeys());
  } else if (Has(node, "simulated_seed")) {
    part = ReadPart(map, SimulatedKeys());
  } else if (map.is_map()) {
    for (const auto& kind : ValidationFacts()) AskForAll(map, *kind);
    problems.Add(node, "'validation' needs 'every', 'groups' or 'simulated_seed'");
  }
  map.Finish();
  return part;
}

std::vector<std::shared_ptr<const SectionFacts>> ValidationFacts() {
  return {RowKeys().facts(), GroupKeys().facts(), SimulatedKeys().facts()};
}

}  // namespace biglittle
