#include "core/task/task_reader.h"

#include <fmt/format.h>

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
#include "core/task/input_reader.h"
#include "core/task/label_index.h"
#include "core/task/net_file.h"
#include "core/task/task_versions.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxLabels = 1000;
constexpr std::size_t kMaxDescriptionBytes = 500;
constexpr std::size_t kMaxPathBytes = 4096;

bool IsSha256(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9');
         });
}

// Fills a Task section by section. Sections that speak of labels are read only where the labels
// could be, so that one mistake is not reported many times over.
class TaskReader {
 public:
  TaskReader(const std::filesystem::path& file, Problems& problems)
      : file_(file), problems_(problems) {}

  Task Read(const YamlNode& root) {
    MapReader map(root, "the task file", problems_);
    map.CheckVersion();
    ReadName(map);
    if (const YamlNode* description = map.Find("description")) {
      auto line = ReadLine(*description, "description", kMaxDescriptionBytes, problems_);
      if (line) task_.description = *std::move(line);
    }
    if (const YamlNode* release = map.Find("release")) {
      const auto number = ReadWhole(*release, "release", {1, kMaxExactWhole}, problems_);
      if (number) task_.release = static_cast<std::uint64_t>(*number);
    }
    if (const YamlNode* expires = map.Find("expires")) ReadExpires(*expires);
    if (const YamlNode* labels = map.Require("labels")) ReadLabels(*labels);
    if (const YamlNode* classes = map.Require("priority_classes")) ReadPriorityClasses(*classes);
    if (const YamlNode* input = map.Require("input")) ReadInput(*input, task_, problems_);
    if (const YamlNode* rule = map.Require("normalisation")) ReadNormalisation(*rule);
    if (const YamlNode* little = map.Require("little")) ReadNet(*little, "little", task_.little);
    if (const YamlNode* big = map.Require("big")) ReadNet(*big, "big", task_.big);
    ReadAnswers(map);
    if (const YamlNode* validation = map.Find("validation")) {
      task_.validation = ReadValidation(*validation, problems_);
    }
    // Measured figures for people; the programs do not look inside.
    for (const char* figures : {"tuned", "held_out"}) {
      if (const YamlNode* node = map.Find(figures)) MapReader(*node, figures, problems_);
    }
    map.Finish();
    return std::move(task_);
  }

 private:
  void ReadName(MapReader& map) {
    const YamlNode* node = map.Require("task");
    if (node == nullptr) return;
    auto name = ReadLine(*node, "task", 64, problems_);
    if (!name) return;
    const std::string folder =
        TaskNameOfFolder(std::filesystem::absolute(file_).lexically_normal().parent_path(), *name);
    if (!IsTaskName(*name)) {
      problems_.Add(*node, fmt::format("'task' must be 1 to 64 characters of a-z 0-9 -, not {}",
                                       Quoted(*name)));
    } else if (*name != folder) {
      problems_.Add(*node, fmt::format("'task' is {}, but its folder is {}; give both one name",
                                       Quoted(*name), Quoted(folder)));
    }
    task_.name = *std::move(name);
  }

  void ReadExpires(const YamlNode& node) {
    const bool scalar = node.kind == YamlNode::Kind::kScalar;
    task_.expires = scalar ? ParseEndTime(node.text) : std::nullopt;
    if (task_.expires) return;
    problems_.Add(node, fmt::format("'expires' must be a day like 2027-01-31, or a time like "
                                    "2027-01-31T12:00:00Z, not {}",
                                    scalar ? Quoted(node.text) : "a list or a map"));
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

  void ReadNormalisation(const YamlNode& node) {
    constexpr double kLargest = std::numeric_limits<float>::max();
    MapReader map(node, "normalisation", problems_);
    Normalisation& rule = task_.normalisation;
    ReadChannels(map, "mean", {-kLargest, kLargest}, rule.mean);
    ReadChannels(map, "standard_deviation", {0, kLargest, true}, rule.standard_deviation);
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
    const YamlNode* node = map.Require(key);
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
    if (const YamlNode* file = map.Require("file")) {
      ReadFileName(*file, net);
    }
    if (const YamlNode* digest = map.Require("sha256")) {
      if (digest->kind == YamlNode::Kind::kScalar && IsSha256(digest->text)) {
        net.sha256 = digest->text;
      } else {
        problems_.Add(*digest, "'sha256' must be 64 hex digits in lower case, as sha256sum prints");
      }
    }
    if (const YamlNode* value = map.Find("temperature")) {
      const auto temperature =
          ReadFraction(*value, "temperature", {0, kMaxTemperature, true}, problems_);
      if (temperature) net.temperatures = {*temperature};
    }
    const bool is_little = &net == &task_.little;
    if (is_little) ReadDesign(map);
    const YamlNode* outputs = is_little ? map.Require("outputs") : map.Find("outputs");
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

  void ReadAnswers(MapReader& map) {
    if (have_labels_) return ReadAnswerRules(map, labels_, task_, problems_);
    // Not looked at without labels, and not to be reported as unknown either.
    for (const char* key : {"score", "thresholds", "logistic", "most_energy", "early_exit"}) {
      map.Find(key);
    }
  }

  void ReadDesign(MapReader& map) {
    if (const YamlNode* node = map.Find("design")) {
      const auto choice = ReadChoice(
          *node, "design", {kLittleDesignNames.begin(), kLittleDesignNames.end()}, problems_);
      if (choice) task_.design = static_cast<LittleDesign>(*choice);
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

}  // namespace biglittle
