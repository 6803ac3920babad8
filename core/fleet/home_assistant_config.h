// `home_assistant` of a fleet file: how its devices show themselves there. What each may be:
// core/fleet/fleet_home_assistant.cc.
#pragma once

#include <optional>
#include <string>

namespace biglittle {

struct HomeAssistantConfig {
  std::string prefix = "homeassistant";  // that its discovery topics begin with
  // Where it says that it has begun. Absent: <prefix>/status.
  std::optional<std::string> birth_topic;
  std::string birth_payload = "online";  // what it says then
  bool steering = false;                 // it is offered what an operator may do
  bool remove = false;                   // devices take away what they have shown

  std::string BirthTopic() const { return birth_topic.value_or(prefix + "/status"); }
  bool operator==(const HomeAssistantConfig&) const = default;
};

}  // namespace biglittle
