// What tests of sessions say again and again.
#pragma once

#include <chrono>
#include <string>

#include "core/clock.h"
#include "wire/message.h"

namespace biglittle::wire {

inline SteadyTime Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }

inline Message To(const std::string& topic, const std::string& payload) {
  Message message;
  message.topic = topic;
  message.payload = payload;
  return message;
}

}  // namespace biglittle::wire
