#include "core/fleet/device_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "core/fleet/device_sections.h"
#include "core/fleet/fleet_devices.h"
#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

constexpr std::string_view kAnswerMode = "answer_mode";
constexpr std::string_view kBudget = "budget.";

YamlNode NodeOf(const SettingValue& value) {
  YamlNode node;
  node.kind = YamlNode::Kind::kScalar;
  node.text = value.text;
  node.quoted = value.quoted;
  return node;
}

// A tree as the fleet file would have it.
class WrittenSection {
 public:
  WrittenSection() : root_(NewMap()) {}

  void Add(std::string_view key, const SettingValue& value) {
    const std::size_t dot = key.find('.');
    const bool in_section = dot != std::string_view::npos;
    YamlNode* map = in_section ? MapOf(key.substr(0, dot)) : root_;
    map->entries.push_back(
        {Scalar({std::string(key.substr(in_section ? dot + 1 : 0)), false}), Scalar(value)});
  }
  const YamlNode& root() const { return *root_; }

 private:
  YamlNode* NewMap() {
    nodes_.emplace_back().kind = YamlNode::Kind::kMap;
    return &nodes_.back();
  }
  const YamlNode* Scalar(const SettingValue& value) {
    nodes_.push_back(NodeOf(value));
    return &nodes_.back();
  }
  YamlNode* MapOf(std::string_view section) {
    const auto [at, is_new] = sections_.emplace(section, nullptr);
    if (is_new) {
      at->second = NewMap();
      root_->entries.push_back({Scalar({std::string(section), false}), at->second});
    }
    return at->second;
  }

  std::deque<YamlNode> nodes_;  // which stay where they are
  YamlNode* const root_;
  std::map<std::string, YamlNode*, std::less<>> sections_;
};

// Without what holds only where a file leaves it out.
KeyFacts Plain(KeyFacts key) {
  key.default_value.clear();
  key.text.absent.clear();
  return key;
}

const SectionFacts& BudgetOf(const SectionFacts& escalation) {
  return *std::get<MapShape>(KeyFactsOf(escalation, "budget").shape.kind).sections.front();
}

void Put(std::string_view key, std::optional<float> value, SettingValues& values) {
  if (value) values[std::string(key)] = {fmt::format("{}", *value), false};
}

}  // namespace

bool IsSettable(std::string_view key) {
  return std::ranges::find(kSettable, key) != kSettable.end();
}

std::vector<KeyFacts> SettableFacts() {
  const SectionFacts& escalation = *EscalationKeys().facts();
  std::vector<KeyFacts> settable;
  SectionFacts budget{.id = "Budget", .help = "", .keys = {}};
  for (const std::string_view key : kSettable) {
    if (key.starts_with(kBudget)) {
      budget.help = BudgetOf(escalation).help;
      budget.keys.push_back(Plain(KeyFactsOf(BudgetOf(escalation), key.substr(kBudget.size()))));
      budget.needs_one_of.push_back(budget.keys.back().name);
    } else {
      settable.push_back(
          Plain(key == kAnswerMode ? AnswerModeFacts() : KeyFactsOf(escalation, key)));
    }
  }
  settable.push_back(
      {"budget", {}, {MapShape{{std::make_shared<const SectionFacts>(std::move(budget))}}}, ""});
  return settable;
}

absl::Status Apply(const SettingValues& values, DeviceSettings& settings) {
  Problems problems("");
  WrittenSection escalation;
  DeviceSettings changed = settings;
  for (const auto& [key, value] : values) {
    if (key == kAnswerMode) {
      ReadAnswerMode(NodeOf(value), changed.answer_mode, problems);
    } else {
      escalation.Add(key, value);
    }
  }
  ReadSection(escalation.root(), "escalation", EscalationKeys(), changed.escalation, problems);
  if (!problems.empty()) return absl::InvalidArgumentError(problems.Take().front().message);
  settings = changed;
  return absl::OkStatus();
}

SettingValues Written(const DeviceSettings& settings) {
  const EscalationConfig& escalation = settings.escalation;
  SettingValues values{{"policy", {std::string(Name(escalation.policy)), true}},
                       {"unlike", {std::string(Name(escalation.unlike)), true}},
                       {"answer_mode", {std::string(Name(settings.answer_mode)), true}}};
  Put("threshold", escalation.threshold, values);
  Put("budget.messages_per_s", escalation.budget.messages_per_s, values);
  Put("budget.bytes_per_s", escalation.budget.bytes_per_s, values);
  return values;
}

}  // namespace biglittle
