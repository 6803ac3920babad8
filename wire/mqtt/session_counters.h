// A session's counters under the names that status messages give them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "wire/mqtt/mqtt_session.h"

namespace biglittle::wire {

// Adds each as "mqtt_<name>".
void AddCounters(const MqttSession::Counters& counters, std::map<std::string, std::uint64_t>& into);

}  // namespace biglittle::wire
