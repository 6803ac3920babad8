#include "core/task/task_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/date_time.h"
#include "core/prediction.h"
#include "core/task/answer_reader.h"
#include "core/task/device_class.h"
#include "core/task/escalation_reader.h"
#include "core/task/input_reader.h"
#include "core/task/label.h"
#include "core/task/label_index.h"
#include "core/task/net_file.h"
#include "core/task/task_versions.h"
#include "core/text.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxDescriptionBytes = 500;
constexpr double kLargest = std::numeric_limits<float>::max();
constexpr std::size_t kMaxDimensions = 8;
constexpr WholeRange kExtent{1, std::int64_t{1} << 31U};
constexpr FractionRange kMean{-kLargest, kLargest};
constexpr FractionRange kDeviation{0, kLargest, true};

bool IsSha256(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9');
         });
}

void ReadSha256(const YamlNode& node, std::string& digest, Problems& problems) {
  if (node.kind == YamlNode::Kind::kScalar && IsSha256(node.text)) {
    digest = node.text;
  } else {
    problems.Add(node, "'sha256' must be 64 hex digits in lower case, as sha256sum prints");
  }
}

void ReadExpires(const YamlNode& node, std::optional<WallTime>& expires, Problems& problems) {
  const bool scalar = node.kind == YamlNode::Kind::kScalar;
  expires = scalar ? ParseEndTime(node.text) : std::nullopt;
  if (expires) return;
  problems.Add(node, fmt::format("'expires' must be a day like 2027-01-31, or a time like "
                                 "2027-01-31T12:00:00Z, not {}",
                                 scalar ? Quoted(node.text) : "a list or a map"));
}

ListShape Labels(std::size_t least, std::size_t most) {
  return {.least = least,
          .most = most,
          .without_repeats = true,
          .element = Each({TextShape{.what = "label", .pattern = "", .longest = kMaxLabelBytes}})};
}

ChoiceShape DeviceClassShape() {
  ChoiceShape shape;
  for (const std::string_view name : kDeviceClasses) shape.words.push_back({name, {}});
  return shape;
}

std::vector<std::string> QuotedDeviceClasses() {
  std::vector<std::string> quoted;
  for (const std::string_view name : kDeviceClasses) quoted.push_back(fmt::format("`{}`", name));
  return quoted;
}

ListShape Channels(FractionRange range) {
  return {.least = 1, .most = std::nullopt, .element = Each({FractionShape{range}})};
}

// How many there are depends on the shape.
const KeyTable<Normalisation>& NormalisationKeys() {
  static const KeyTable<Normalisation> keys(
      "normalisation",
      "(x - mean) / standard_deviation in the sensor's raw units; lists of one element a channel "
      "(the first dimension of the shape), or one for all",
      {OwnKey<Normalisation>("mean", {Channels(kMean)},
                             {.help = "what is subtracted", .range = "a list of finite numbers"},
                             Need::kRequired),
       OwnKey<Normalisation>("standard_deviation", {Channels(kDeviation)},
                             {.help = "what is divided by; as many as in `mean`",
                              .range = "a list of numbers above 0"},
                             Need::kRequired)});
  return keys;
}

std::vector<Key<NetDescription>> FileAndTemperature() {
  return {
      OwnKey<NetDescription>(
          "file",
          {TextShape{.what = "path in the task's folder", .pattern = "", .longest = kMaxPathBytes}},
          {.help = "the ONNX file; neither it nor a folder on the way to it may be a symbolic "
                   "link"},
          Need::kRequired),
      Required(
          KeyReadBy("sha256", &NetDescription::sha256, ReadSha256,
                    {TextShape{.what = "64 hex digits, lower case", .pattern = "^[0-9a-f]{64}$"}},
                    {.help = "its digest, as sha256sum prints it"})),
      OwnKey<NetDescription>(
          "weight_files",
          {ByLabelShape{
              Each({TextShape{.what = "64 hex digits, lower case", .pattern = "^[0-9a-f]{64}$"}})}},
          {.help = "files beside `file` in which the net keeps weights (PyTorch's `.onnx.data`), "
                   "each with its digest",
           .absent = "none",
           .range = "map from a file's name to its SHA-256"}),
      OwnKey<NetDescription>(
          "input_shapes",
          {ByLabelShape{Each({ListShape{
              .least = 1, .most = kMaxDimensions, .element = Each({WholeShape{kExtent}})}})}},
          {.help =
               "whole shapes, with a 1 for the batch, of inputs whose sizes the file leaves open",
           .absent = "what `input` says",
           .range = "map from an input's name to a list of sizes"}),
      TemperatureKey({.help = "logits (of the last head) are divided by it before they become "
                              "probabilities; fitted on validation data"})};
}

const KeyTable<NetDescription>& BigKeys() {
  static const KeyTable<NetDescription> keys = [] {
    auto list = FileAndTemperature();
    list.push_back(OwnKey<NetDescription>(
        "outputs", {Labels(1, kMaxLabels + 1)},
        {.help = "what each output of the net stands for, in order: every label once",
         .absent = "the labels in order",
         .range = "every label"}));
    return KeyTable<NetDescription>("big", "the cloud's net", std::move(list));
  }();
  return keys;
}

// `design` is the task's.
const KeyTable<NetDescription>& LittleKeys() {
  static const KeyTable<NetDescription> keys = [] {
    auto list = FileAndTemperature();
    list.push_back(OwnKey<NetDescription>(
        "design", {ShapeOf<LittleDesign>(kLittleDesigns)},
        {.help = "see [designs](#designs-of-the-little-net)"}, Need::kOptional,
        WrittenDefault(ChoiceName(kLittleDesigns, Task{}.design))));
    list.push_back(OwnKey<NetDescription>(
        "outputs", {Labels(1, kMaxLabels + 1)},
        {.help = "what each output of the net stands for, in order", .range = "as its design says"},
        Need::kRequired));
    return KeyTable<NetDescription>("little", "the device's net", std::move(list));
  }();
  return keys;
}

// Up to the rules for answers; most needs what was read before it.
const KeyTable<Task>& TaskKeys() {
  static const KeyTable<Task> keys(
      "task_head", "",
      {VersionKey<Task>(),
       OwnKey<Task>("task", {TaskNameShape()},
                    {.help = "the task's name, the same as its folder's"}, Need::kRequired),
       LineKey("description", &Task::description,
               {.what = fmt::format("one line, {} bytes", kMaxDescriptionBytes),
                .pattern = "",
                .longest = kMaxDescriptionBytes},
               {.help = "for people", .absent = "none"}),
       WholeKey("release", &Task::release, {1, kMaxExactWhole},
                {.help = "of a signed task: see [releases](#releases)", .absent = "none"}),
       KeyReadBy("expires", &Task::expires, ReadExpires,
                 {TextShape{.what = "a day or a time of RFC 3339",
                            .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}"
                                       "(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$"}},
                 {.help = "from then on devices and workers say that no newer release has come, "
                          "and serve on: see [releases](#releases)",
                  .absent = "never"}),
       OwnKey<Task>("labels", {Labels(2, kMaxLabels)},
                    {.help = "the classes; a class's index is its position, from 0; `other` is "
                             "reserved",
                     .range = fmt::format("2 to {}, {} bytes each, no two the same", kMaxLabels,
                                          kMaxLabelBytes)},
                    Need::kRequired),
       OwnKey<Task>("priority_classes", {Labels(1, kMaxLabels)},
                    {.help = "what must not wait or be missed: all that a little net of the design "
                             "`subset` or `detectors` answers, and what `tune --min-recall` holds",
                     .range = "1 or more of `labels`"},
                    Need::kRequired),
       OwnKey<Task>(
           "device_classes", {ByLabelShape{Each({DeviceClassShape()})}},
           {.help = "what [Home Assistant](dashboards.md#home-assistant) takes a class for "
                    "that is on or off there",
            .absent = "none: just on or off",
            .range = fmt::format("map from one of `priority_classes` to {}",
                                 fmt::join(QuotedDeviceClasses(), ", "))}),
       OwnKey<Task>("input", {MapShape{{InputFacts()}}}, {}, Need::kRequired), EscalateKey(),
       FeaturesKey(),
       OwnKey<Task>("normalisation", {MapShape{{NormalisationKeys().facts()}}}, {},
                    Need::kRequired),
       OwnKey<Task>("little", {MapShape{{LittleKeys().facts()}}}, {}, Need::kRequired),
       OwnKey<Task>("big", {MapShape{{BigKeys().facts()}}}, {}, Need::kRequired)});
  return keys;
}

// Of measured figures, which are for people, it is seen that they are maps, and no more.
template <typename Section>
Key<Section> FiguresKey(std::string_view name, KeyText text) {
  text.absent = "none";
  return {{name, std::move(text), {MapShape{}}},
          [name](const YamlNode& node, Section&, Problems& problems) {
            MapReader(node, name, problems);
          }};
}

const KeyTable<Task>& LastKeys() {
  static const KeyTable<Task> keys(
      "task_end", "",
      {OwnKey<Task>("validation", {MapShape{ValidationFacts()}},
                    {.help = "which readings choose temperatures and thresholds: never trained on, "
                             "and not the test part",
                     .absent = "none: the data must have X_validation and y_validation"}),
       FiguresKey<Task>("tuned", {.help = "what `biglittle tune` chose from and expects, for "
                                          "people, and for `evaluate`, which holds what is "
                                          "promised against data"}),
       FiguresKey<Task>("held_out",
                        {.help = "what tuning found on the test part, and whether what is "
                                 "promised holds there; for people"})});
  return keys;
}

// Fills a Task section by section. Sections that speak of labels are read only where the labels
// could be, so that one mistake is not reported many times over.
class TaskReader {
 public:
  TaskReader(const std::filesystem::path& file, Problems& problems)
      : file_(file), problems_(problems) {}

  Task Read(const YamlNode& root) {
    MapReader map(root, "the task file", problems_);
    TaskKeys().Read(map, task_);
    if (const YamlNode* name = map.Find("task")) ReadName(*name);
    if (const YamlNode* labels = map.Find("labels")) ReadLabels(*labels);
    if (const YamlNode* classes = map.Find("priority_classes")) ReadPriorityClasses(*classes);
    if (const YamlNode* classes = map.Find("device_classes")) ReadDeviceClasses(*classes);
    if (const YamlNode* input = map.Find("input")) ReadInput(*input, task_, problems_);
    ReadEscalation(map, task_, problems_);
    if (const YamlNode* rule = map.Find("normalisation")) ReadNormalisation(*rule);
    if (const YamlNode* little = map.Find("little")) ReadNet(*little, "little", task_.little);
    if (const YamlNode* big = map.Find("big")) ReadNet(*big, "big", task_.big);
    if (have_labels_) {
      ReadAnswerRules(map, labels_, task_, problems_);
    } else {
      AskForAnswerRules(map);
    }
    LastKeys().Read(map, task_);
    if (const YamlNode* validation = map.Find("validation")) {
      task_.validation = ReadValidation(*validation, problems_);
    }
    map.Finish();
    return std::move(task_);
  }

 private:
  void ReadName(const YamlNode& node) {
    auto name = ReadLine(node, "task", 64, problems_);
    if (!name) return;
    const std::string folder =
        TaskNameOfFolder(std::filesystem::absolute(file_).lexically_normal().parent_path(), *name);
    if (!IsTaskName(*name)) {
      problems_.Add(node, fmt::format("'task' must be 1 to 64 characters of a-z 0-9 -, not {}",
                                      Quoted(*name)));
    } else if (*name != folder) {
      problems_.Add(node, fmt::format("'task' is {}, but its folder is {}; give both one name",
                                      Quoted(*name), Quoted(folder)));
    }
    task_.name = *std::move(name);
  }

  void ReadLabels(const YamlNode& node) {
    const auto* items = ReadList(node, "labels", 2, kMaxLabels, problems_);
    if (items == nullptr) return;
    bool good = true;
    std::set<std::string> seen;
    for (const YamlNode* item : *items) {
      auto label = ReadLine(*item, "labels", kMaxLabelBytes, problems_);
      if (!label) {
        good = false;
      } else if (*label == kOtherName) {
        good = false;
        problems_.Add(*item, "the label 'other' is reserved for what the little net does not know");
      } else if (!seen.insert(WithoutInvisible(*label)).second || !labels_.Add(*label)) {
        good = false;
        problems_.Add(*item, fmt::format("label {} is given twice", Quoted(*label)));
      } else {
        task_.labels.push_back(*std::move(label));
      }
    }
    have_labels_ = good;
  }

  void ReadPriorityClasses(const YamlNode& node) {
    const auto* items = ReadList(node, "priority_classes", 1, kMaxLabels, problems_);
    if (items == nullptr || !have_labels_) return;
    std::vector<int>& classes = task_.priority_classes;
    bool good = true;
    for (const YamlNode* item : *items) {
      const auto index = labels_.Read(*item, "priority_classes", false, problems_);
      good = good && index.has_value();
      if (!index) continue;
      if (std::find(classes.begin(), classes.end(), *index) != classes.end()) {
        problems_.Add(*item, fmt::format("priority class {} is given twice", Quoted(item->text)));
      } else {
        classes.push_back(*index);
      }
    }
    std::sort(classes.begin(), classes.end());
    have_priorities_ = good;
  }

  void ReadDeviceClasses(const YamlNode& node) {
    const MapReader map(node, "device_classes", problems_);
    if (!map.is_map() || !have_labels_ || !have_priorities_) return;
    const std::vector<std::string_view> known(kDeviceClasses.begin(), kDeviceClasses.end());
    for (const YamlNode::Entry& entry : node.entries) {
      const auto index = labels_.Read(*entry.key, "device_classes", false, problems_);
      const auto choice = ReadChoice(*entry.value, "device_classes", known, problems_);
      if (!index || !choice) continue;
      if (task_.IsPriority(*index)) {
        task_.device_classes[*index] = known[*choice];
      } else {
        problems_.Add(*entry.key,
                      fmt::format("'device_classes' names {}, which is no priority class",
                                  Quoted(entry.key->text)));
      }
    }
  }

  void ReadNormalisation(const YamlNode& node) {
    MapReader map(node, "normalisation", problems_);
    Normalisation& rule = task_.normalisation;
    NormalisationKeys().Read(map, rule);
    ReadChannels(map, "mean", kMean, rule.mean);
    ReadChannels(map, "standard_deviation", kDeviation, rule.standard_deviation);
    map.Finish();
    if (!rule.mean.empty() && !rule.standard_deviation.empty() &&
        rule.mean.size() != rule.standard_deviation.size()) {
      problems_.Add(node, fmt::format("'mean' has {} and 'standard_deviation' {} elements; they "
                                      "must have the same number",
                                      rule.mean.size(), rule.standard_deviation.size()));
    }
  }

  void ReadChannels(MapReader& map, std::string_view key, FractionRange range,
                    std::vector<float>& target) {
    const YamlNode* node = map.Find(key);
    if (node == nullptr) return;
    if (node->kind != YamlNode::Kind::kSequence) {
      ReadList(*node, key, 1, 1, problems_);  // says what it found
      return;
    }
    const Shape& shape = task_.input_shape;
    if (!shape.empty() && node->items.size() != 1 &&
        node->items.size() != static_cast<std::size_t>(shape.front())) {
      problems_.Add(*node, fmt::format("'{}' must have 1 element or {}, one a channel, not {}", key,
                                       shape.front(), node->items.size()));
      return;
    }
    std::vector<float> values;
    for (const YamlNode* item : node->items) {
      if (const auto value = ReadFraction(*item, key, range, problems_)) values.push_back(*value);
    }
    if (values.size() == node->items.size()) target = std::move(values);
  }

  void ReadNet(const YamlNode& node, std::string_view name, NetDescription& net) {
    MapReader map(node, name, problems_);
    const bool is_little = &net == &task_.little;
    (is_little ? LittleKeys() : BigKeys()).Read(map, net);
    if (const YamlNode* file = map.Find("file")) ReadFileName(*file, net);
    if (const YamlNode* value = map.Find("temperature")) {
      const auto temperature = ReadFraction(*value, "temperature", kTemperature, problems_);
      if (temperature) net.temperatures = {*temperature};
    }
    if (const YamlNode* files = map.Find("weight_files")) ReadWeightFileNames(*files, net);
    if (const YamlNode* shapes = map.Find("input_shapes")) ReadInputShapes(*shapes, net);
    if (is_little) ReadDesign(map);
    const YamlNode* outputs = map.Find("outputs");
    if (outputs != nullptr) {
      ReadOutputs(*outputs, is_little, net);
    } else {
      for (int i = 0; i < static_cast<int>(task_.labels.size()); ++i) net.outputs.push_back(i);
    }
    map.Finish();
  }

  void ReadFileName(const YamlNode& node, NetDescription& net) {
    const auto line = ReadLine(node, "file", kMaxPathBytes, problems_);
    if (!line) return;
    if (!IsInsideFolder(*line)) {
      problems_.Add(node, fmt::format("'file' must lie in the task's folder, like 'big.onnx', not "
                                      "be {}",
                                      Quoted(*line)));
      return;
    }
    const std::filesystem::path name = std::filesystem::path(*line).lexically_normal();
    net.file = file_.parent_path() / name;
    net.named_parts = static_cast<std::size_t>(std::distance(name.begin(), name.end()));
  }

  void ReadWeightFileNames(const YamlNode& node, NetDescription& net) {
    const MapReader map(node, "weight_files", problems_);
    if (!map.is_map()) return;
    for (const YamlNode::Entry& entry : node.entries) {
      const std::string& name = entry.key->text;
      if (!IsInsideFolder(name) || std::filesystem::path(name).has_parent_path()) {
        problems_.Add(*entry.key, fmt::format("'weight_files' names {}, which is no file beside "
                                              "the net's",
                                              Quoted(name)));
        continue;
      }
      ReadSha256(*entry.value, net.weight_files[name], problems_);
    }
  }

  void ReadInputShapes(const YamlNode& node, NetDescription& net) {
    const MapReader map(node, "input_shapes", problems_);
    if (!map.is_map()) return;
    for (const YamlNode::Entry& entry : node.entries) {
      const auto* items = ReadList(*entry.value, "input_shapes", 1, kMaxDimensions, problems_);
      if (items == nullptr) continue;
      Shape shape;
      for (const YamlNode* item : *items) {
        if (const auto extent = ReadWhole(*item, "input_shapes", kExtent, problems_)) {
          shape.push_back(*extent);
        }
      }
      if (shape.size() == items->size()) net.input_shapes[entry.key->text] = std::move(shape);
    }
  }

  void ReadDesign(MapReader& map) {
    if (const YamlNode* node = map.Find("design")) {
      const auto choice = ReadChoiceOf<LittleDesign>(*node, "design", kLittleDesigns, problems_);
      if (choice) task_.design = *choice;
    }
    if (task_.design == LittleDesign::kDetectors) task_.little.activation = Activation::kSigmoid;
  }

  // What a net must tell apart, each exactly once: the big one and a little one with an early exit
  // all labels; the other little nets the prioritised classes, and a subset net also `other`.
  void ReadOutputs(const YamlNode& node, bool is_little, NetDescription& net) {
    const auto* items = ReadList(node, "outputs", 1, kMaxLabels + 1, problems_);
    if (items == nullptr || !have_labels_ || (is_little && !have_priorities_)) return;
    const bool has_other = is_little && task_.design == LittleDesign::kSubset;
    const bool has_all = !is_little || task_.design == LittleDesign::kEarlyExit;
    std::vector<int>& outputs = net.outputs;
    bool known = true;
    bool good = true;
    for (const YamlNode* item : *items) {
      const auto index = labels_.Read(*item, "outputs", has_other, problems_);
      known = known && index.has_value();
      if (!index) continue;
      if (std::find(outputs.begin(), outputs.end(), *index) != outputs.end()) {
        good = false;
        problems_.Add(*item, fmt::format("output {} is given twice", Quoted(item->text)));
      } else if (!has_all && *index != kOtherClass && !task_.IsPriority(*index)) {
        good = false;
        problems_.Add(*item, fmt::format("output {} of the little net is not a priority class",
                                         Quoted(item->text)));
      } else {
        outputs.push_back(*index);
      }
    }
    const auto require = [&](int index) {
      if (!known || std::find(outputs.begin(), outputs.end(), index) != outputs.end()) return;
      good = false;
      problems_.Add(node,
                    fmt::format("'outputs' lacks {}", Quoted(std::string(task_.LabelOf(index)))));
    };
    for (int i = 0; i < static_cast<int>(task_.labels.size()); ++i) {
      if (has_all || task_.IsPriority(i)) require(i);
    }
    if (has_other) require(kOtherClass);
    // Half read, it would make a mistake of every threshold.
    if (!known || !good) outputs.clear();
  }

  const std::filesystem::path& file_;
  Problems& problems_;
  Task task_;
  LabelIndex labels_;
  bool have_labels_ = false;
  bool have_priorities_ = false;
};

}  // namespace

Task ReadTask(const YamlNode& root, const std::filesystem::path& file, Problems& problems) {
  return TaskReader(file, problems).Read(root);
}

std::shared_ptr<const SectionFacts> TaskFacts() {
  return JoinedFacts("task",
                     "a classification task and its two nets: models/<task>/task.yaml, written by "
                     "the training recipe and by `biglittle tune`",
                     {TaskKeys().facts(), AnswerFacts(), LastKeys().facts()});
}

}  // namespace biglittle
