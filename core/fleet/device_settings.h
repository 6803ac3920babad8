// What of a device's settings may be set while it runs, and how each is written. The keys, their
// ranges and their words are those of the fleet file (core/fleet/device_sections.cc).
//
// Pure functions, thread-safe.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "core/fleet/device_config.h"
#include "core/fleet/escalation_config.h"
#include "core/yaml/key_facts.h"

namespace biglittle {

struct DeviceSettings {
  EscalationConfig escalation;
  AnswerMode answer_mode = AnswerMode::kWait;

  bool operator==(const DeviceSettings&) const = default;
};

// As a file or a message has it: a number, true or false as they stand, or a text.
struct SettingValue {
  std::string text;  // without quotes
  bool quoted = false;

  bool operator==(const SettingValue&) const = default;
};
// By key; "budget.messages_per_s" of one in a section.
using SettingValues = std::map<std::string, SettingValue, std::less<>>;

// The safe part: by none of them can anybody harm a device or those who live with it.
inline constexpr std::array<std::string_view, 6> kSettable = {
    "policy", "threshold", "unlike", "answer_mode", "budget.messages_per_s", "budget.bytes_per_s"};
bool IsSettable(std::string_view key);
// Them as the fleet file's tables tell them, those of a section in a section. They have no default.
std::vector<KeyFacts> SettableFacts();

// Those of `values` into `settings`; the keys must be settable. InvalidArgument, in one line, as
// the fleet file's reader says it; then nothing has changed.
absl::Status Apply(const SettingValues& values, DeviceSettings& settings);

// All settable ones as they are written, but for those that have no value.
SettingValues Written(const DeviceSettings& settings);

}  // namespace biglittle
