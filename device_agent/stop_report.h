// What a device that has stopped could not deliver, as its last word.
//
// Pure function, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "wire/mqtt/refusal_gauge.h"

namespace biglittle {

// At the end of a run.
struct Leftovers {
  bool stored = false;                // the device has a store
  std::uint64_t waiting = 0;          // results in it, for the next start
  std::size_t unstored = 0;           // results that it could not take, nor the broker
  std::uint64_t unsent = 0;           // results that could not even be sent
  std::uint64_t refused_results = 0;  // by the broker, and nobody has them any more
  std::size_t left = 0;               // messages that the broker did not take in time
  std::string why;                    // it did not (MqttSession::WhyUndelivered)
  std::string broker;                 // its address
};

// Not OK, in one line, if results are lost, or if the last of a kind of messages was refused: what
// would be lost, or wait again, if the device went on. What waits in the store is not lost. The
// kinds of `refusals` are TagKind's.
absl::Status WhatIsLost(const Leftovers& leftovers, const wire::RefusalGauge& refusals);

}  // namespace biglittle
