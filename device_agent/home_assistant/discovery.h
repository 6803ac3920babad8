// What a device tells Home Assistant of itself: device-based MQTT discovery, one message with all
// its entities.
//
// Pure functions, thread-safe. Labels are data in it: none gets into a template but as a literal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/fleet/escalation_config.h"
#include "core/task/task.h"
#include "wire/topics.h"

namespace biglittle {

struct DiscoveredDevice {
  std::string_view device;
  const wire::Topics& topics;
  const Task& task;
  const EscalationConfig& escalation;  // as its file says
  bool steering = false;               // it is offered what an operator may do
};

// The payload: JSON.
std::string DiscoveryOf(const DiscoveredDevice& device);

// The policies that the device takes whatever else is set: those that need no threshold which
// neither its task nor its file has.
std::vector<std::string> OfferedPolicies(const Task& task, const EscalationConfig& escalation);

// The model that serves: the task's release number, or the first digits of its little net's digest.
std::string ReleaseOf(const Task& task);

}  // namespace biglittle
