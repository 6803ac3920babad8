#include "device_agent/control/steering_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/date_time.h"
#include "core/text.h"
#include "wire/messages/control.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr char kUntil[] = "until";
constexpr char kLeft[] = "left_s";

absl::Status Damaged() { return absl::InvalidArgumentError("it is damaged"); }

Json EndingJson(const Ending& until, SteadyTime now, WallTime wall) {
  if (!until) return Json::object();
  const auto left = std::chrono::ceil<std::chrono::seconds>(*until - now);
  return {{kUntil, ToDateTime(wall + left)}, {kLeft, left.count()}};
}

// What is left of it; nullopt: it has ended, or cannot be read.
std::optional<Lasting> LeftOf(const Json& json, WallTime wall) {
  if (!json.is_object()) return std::nullopt;
  if (!json.contains(kUntil)) return Lasting();
  const Json& until = json[kUntil];
  const Json left = json.value(kLeft, Json());
  const auto end = until.is_string() ? ParseEndTime(until.get<std::string>()) : std::nullopt;
  if (!end || !left.is_number_integer()) return std::nullopt;
  const auto by_clock = std::chrono::ceil<std::chrono::seconds>(*end - wall);
  const auto most = std::min<std::chrono::seconds>(std::chrono::seconds(left.get<std::int64_t>()),
                                                   wire::kLongestControl);
  const auto lasts = std::min<std::chrono::seconds>(by_clock, most);
  if (lasts <= std::chrono::seconds(0)) return std::nullopt;
  return Lasting(lasts);
}

std::optional<SettingValue> ValueOf(const Json& json) {
  if (json.is_string()) return SettingValue{json.get<std::string>(), true};
  if (json.is_number() || json.is_boolean()) return SettingValue{json.dump(), false};
  return std::nullopt;
}

bool Is(const Json& json, const char* key, Json::value_t type) {
  const auto at = json.find(key);
  return at != json.end() && at->type() == type;
}

}  // namespace

SteeringOwner OwnerOf(const std::string& device, const Task& task) {
  return {device, task.name, task.little.heads()};
}

std::string EncodeSteering(const Steering::Set& set, const SteeringOwner& owner, SteadyTime now,
                           WallTime wall) {
  Json json{{"version", kVersion},
            {"device", owner.device},
            {"task", owner.task},
            {"heads", owner.heads}};
  if (set.paused) json["paused"] = EndingJson(set.paused_until, now, wall);
  json["set"] = Json::object();
  for (const auto& [key, setting] : set.settings) {
    Json one = EndingJson(setting.until, now, wall);
    one["value"] = Json::parse(wire::ToJson(setting.value), nullptr, false);
    json["set"][key] = std::move(one);
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Steering::Set> DecodeSteering(std::string_view text, const SteeringOwner& owner,
                                             SteadyTime now, WallTime wall,
                                             std::vector<std::string>& notes) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("version", Json()) != kVersion ||
      !Is(json, "device", Json::value_t::string) || !Is(json, "task", Json::value_t::string) ||
      !Is(json, "heads", Json::value_t::number_unsigned) ||
      !Is(json, "set", Json::value_t::object)) {
    return Damaged();
  }
  if (json["device"] != owner.device) {
    return absl::InvalidArgumentError(
        fmt::format("it is of device {}", Quoted(json["device"].get<std::string>())));
  }
  const bool fits = json["task"] == owner.task && json["heads"] == owner.heads;
  Steering::Set set;
  if (json.contains("paused")) {
    if (const auto left = LeftOf(json["paused"], wall)) {
      set.paused = true;
      set.paused_until = EndingOf(*left, now);
    }
  }
  for (const auto& [key, one] : json["set"].items()) {
    const auto value = one.is_object() ? ValueOf(one.value("value", Json())) : std::nullopt;
    if (!value) return Damaged();
    const auto left = LeftOf(one, wall);
    if (!left) continue;
    if (!fits && IsOfRule(key)) {
      notes.push_back(fmt::format("{} is dropped: it was set for another net, of task {}",
                                  Quoted(key), Quoted(json["task"].get<std::string>())));
      continue;
    }
    set.settings[key] = {*value, EndingOf(*left, now)};
  }
  return set;
}

}  // namespace biglittle
