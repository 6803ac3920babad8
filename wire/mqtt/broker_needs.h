// What a session needs of its broker, held against what the broker says that it has.
#pragma once

#include <string>
#include <vector>

#include "wire/mqtt_packets.h"

namespace biglittle::wire {

struct BrokerNeeds {
  bool retained_messages = false;
  std::vector<std::string> filters;  // to subscribe to
};

// One line without an end mark that names each thing which `needs` asks for and the broker lacks,
// and the mend; empty if it has all of them. Every session needs QoS 1. Pure, thread-safe.
std::string WhatItLacks(const Connack& broker, const BrokerNeeds& needs);

}  // namespace biglittle::wire
