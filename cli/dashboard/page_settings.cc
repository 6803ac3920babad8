#include "cli/dashboard/page_settings.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/fleet_tasks.h"
#include "core/text.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const ShownTask& shown) {
  const Task& task = shown.task;
  Json json = {{"labels", task.labels}, {"prioritised", Json::array()}, {"normal", shown.normal}};
  for (const int index : task.priority_classes) json["prioritised"].push_back(task.LabelOf(index));
  json["shape"] = task.input_shape;
  if (shown.escalation) json["escalation"] = *shown.escalation;
  if (task.input_rate_hz) json["rate_hz"] = *task.input_rate_hz;
  return json;
}

bool IsUrl(std::string_view url) {
  const bool is_websocket = url.starts_with("ws://") || url.starts_with("wss://");
  // It stands in the page's policy, whose parts blanks, commas and semicolons end.
  return is_websocket && url.size() > 8 &&
         url.find_first_of(" \t\r\n;,\"'<>&") == std::string_view::npos;
}

}  // namespace

absl::StatusOr<std::string> ToPageJson(const FleetConfig& fleet, const PageSettings& settings) {
  if (!IsUrl(settings.url)) {
    return absl::InvalidArgumentError(
        fmt::format("the broker's address must be like wss://broker.example:8884/mqtt, not {}",
                    Quoted(settings.url)));
  }
  const auto shown = LoadShownTasks(fleet, settings.normal);
  if (!shown.ok()) return shown.status();
  Json tasks = Json::object();
  for (const auto& [name, task] : *shown) tasks[name] = ToJson(task);
  Json devices = Json::object();
  for (const DeviceConfig& device : fleet.devices) {
    devices[device.id] = {{"task", device.task}, {"deadline_ms", device.deadline.count()}};
  }
  const Json json = {{"fleet", fleet.fleet},          {"topic_root", fleet.topic_root},
                     {"url", settings.url},           {"login", settings.login},
                     {"steering", settings.steering}, {"tasks", std::move(tasks)},
                     {"devices", std::move(devices)}};
  return json.dump() + "\n";
}

}  // namespace biglittle
