// What is in effect on a device: the settings of its fleet file, and on top of them what an
// operator has set, each until it ends by itself or is taken back.
//
// Pure: the caller says what time it is. Not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet/device_settings.h"
#include "core/task/task.h"
#include "device_agent/little/escalation_policy.h"

namespace biglittle {

// How long something lasts from now on; nullopt: until it is taken back.
using Lasting = std::optional<std::chrono::seconds>;
// When it ends; nullopt: not by itself.
using Ending = std::optional<SteadyTime>;

inline Ending EndingOf(Lasting lasts, SteadyTime now) {
  return lasts ? Ending(now + *lasts) : std::nullopt;
}
// One of the settings that make the escalation rule together, which is a net's.
bool IsOfRule(std::string_view key);

class Steering {
 public:
  struct Setting {
    SettingValue value;
    Ending until;
  };
  using Settings = std::map<std::string, Setting, std::less<>>;
  // All that an operator has set; what outlives the process.
  struct Set {
    bool paused = false;
    Ending paused_until;  // where it is paused
    Settings settings;
  };

  // The file's settings must fit the task, as LocalClassifier::Make has found.
  Steering(const Task& task, DeviceSettings file);

  // `values` on top of what is set already. InvalidArgument, in one line, and nothing changes: one
  // of them is no value of its key, or together they do not fit the task.
  absl::Status Apply(const SettingValues& values, Lasting lasts, SteadyTime now);
  void Pause(Lasting lasts, SteadyTime now);
  void Resume();
  // To the file: nothing is set, and nothing paused.
  void Reset();
  // What an earlier run had set, as far as it fits; what does not is dropped, a sentence each.
  std::vector<std::string> Restore(const Set& set);
  // Ends what has run out. What only fitted together with it goes too, a sentence each.
  std::vector<std::string> Expire(SteadyTime now);
  // When Expire has something to do.
  Ending NextExpiry() const;

  const DeviceSettings& file() const { return file_; }
  const DeviceSettings& in_effect() const { return in_effect_; }
  const EscalationRule& rule() const { return rule_; }
  bool paused() const { return set_.paused; }
  const Set& set() const { return set_; }
  // Of the settings those that are another value than the file's.
  Settings Differing() const;

 private:
  absl::Status TryOut(const Settings& settings);
  std::optional<std::string> DropRule(const absl::Status& why);

  // Constant after construction.
  const Task& task_;
  const DeviceSettings file_;

  Set set_;
  DeviceSettings in_effect_;
  EscalationRule rule_;
};

}  // namespace biglittle
