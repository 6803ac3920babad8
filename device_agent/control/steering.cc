#include "device_agent/control/steering.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::array<std::string_view, 3> kRuleKeys{"policy", "threshold", "unlike"};

void Sooner(Ending ending, Ending& soonest) {
  if (ending && (!soonest || *ending < *soonest)) soonest = ending;
}

std::string Words(const absl::Status& status) { return std::string(status.message()); }

}  // namespace

bool IsOfRule(std::string_view key) { return std::ranges::find(kRuleKeys, key) != kRuleKeys.end(); }

Steering::Steering(const Task& task, DeviceSettings file)
    : task_(task), file_(std::move(file)), in_effect_(file_) {
  static_cast<void>(TryOut({}));
}

// Takes `settings` over as a whole, or leaves all as it is.
absl::Status Steering::TryOut(const Settings& settings) {
  SettingValues values;
  for (const auto& [key, setting] : settings) values[key] = setting.value;
  DeviceSettings effect = file_;
  if (absl::Status read = biglittle::Apply(values, effect); !read.ok()) return read;
  auto rule = MakeRule(task_, effect.escalation);
  if (!rule.ok()) return rule.status();
  in_effect_ = std::move(effect);
  rule_ = *std::move(rule);
  set_.settings = settings;
  return absl::OkStatus();
}

absl::Status Steering::Apply(const SettingValues& values, Lasting lasts, SteadyTime now) {
  Settings settings = set_.settings;
  for (const auto& [key, value] : values) {
    if (!IsSettable(key)) {
      return absl::InvalidArgumentError(fmt::format("{} cannot be set", Quoted(key)));
    }
    settings[key] = {value, EndingOf(lasts, now)};
  }
  return TryOut(settings);
}

void Steering::Pause(Lasting lasts, SteadyTime now) {
  set_.paused = true;
  set_.paused_until = EndingOf(lasts, now);
}

void Steering::Resume() {
  set_.paused = false;
  set_.paused_until.reset();
}

void Steering::Reset() {
  Resume();
  static_cast<void>(TryOut({}));
}

std::vector<std::string> Steering::Restore(const Set& set) {
  std::vector<std::string> dropped;
  set_.paused = set.paused;
  set_.paused_until = set.paused_until;
  // One by one, so that each that cannot be read is told; then the rule as a whole.
  Settings settings;
  for (const auto& [key, setting] : set.settings) {
    DeviceSettings alone = file_;
    const absl::Status read = IsSettable(key) ? biglittle::Apply({{key, setting.value}}, alone)
                                              : absl::InvalidArgumentError("it cannot be set");
    if (read.ok()) {
      settings[key] = setting;
    } else {
      dropped.push_back(fmt::format("{} is dropped: {}", Quoted(key), Words(read)));
    }
  }
  set_.settings = std::move(settings);
  if (const absl::Status fits = TryOut(set_.settings); !fits.ok()) {
    if (auto said = DropRule(fits)) dropped.push_back(*std::move(said));
  }
  return dropped;
}

std::vector<std::string> Steering::Expire(SteadyTime now) {
  const auto over = [now](const Ending& until) { return until && *until <= now; };
  if (set_.paused && over(set_.paused_until)) Resume();
  if (std::erase_if(set_.settings, [&](const auto& each) { return over(each.second.until); }) ==
      0) {
    return {};
  }
  const absl::Status fits = TryOut(Settings(set_.settings));
  if (fits.ok()) return {};
  const auto said = DropRule(fits);
  return said ? std::vector<std::string>{*said} : std::vector<std::string>();
}

// What is left of them does not fit by itself: the file's rule does.
std::optional<std::string> Steering::DropRule(const absl::Status& why) {
  Settings settings = set_.settings;
  std::string names;
  for (const std::string_view key : kRuleKeys) {
    const auto at = settings.find(key);
    if (at == settings.end()) continue;
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", key);
    settings.erase(at);
  }
  if (!TryOut(settings).ok()) static_cast<void>(TryOut({}));
  return fmt::format("{} is dropped: {}", names, Words(why));
}

Ending Steering::NextExpiry() const {
  Ending soonest = set_.paused ? set_.paused_until : std::nullopt;
  for (const auto& [key, setting] : set_.settings) Sooner(setting.until, soonest);
  return soonest;
}

Steering::Settings Steering::Differing() const {
  const SettingValues file = Written(file_);
  const SettingValues now = Written(in_effect_);
  Settings differing;
  for (const auto& [key, setting] : set_.settings) {
    const auto in_file = file.find(key);
    if (in_file != file.end() && in_file->second == now.at(key)) continue;
    differing[key] = {now.at(key), setting.until};
  }
  return differing;
}

}  // namespace biglittle
