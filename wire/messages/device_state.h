// The class that a device has settled on, as it is published: retained, flat JSON.
//
// Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/yaml/key_facts.h"
#include "wire/message.h"

namespace biglittle::wire {

struct DeviceState {
  std::string fleet;
  std::string device;
  std::string task;
  int class_index = 0;
  std::string label;
  bool prioritised = false;
  float confidence = 0.0F;
  WallTime since;              // capture of the first reading that settled it
  WallTime time;               // of this message
  std::uint64_t readings = 0;  // since then
  std::uint64_t sequence = 0;  // of the last one

  bool operator==(const DeviceState&) const = default;
};

// One level, numbers as numbers, so that whoever reads it needs a path of one name: {"fleet": ...,
// "class": 2, "label": "imbalance", ...}. Times are RFC 3339 in UTC, to the millisecond.
std::string Encode(const DeviceState& state);
// The retained message of it.
Message ToMessage(std::string topic, const DeviceState& state);

// Its fields.
std::shared_ptr<const SectionFacts> DeviceStateFacts();

// InvalidArgument if the payload is no JSON of a state. Fleet and device are whoever's word who
// wrote it: the topic says who that was.
absl::StatusOr<DeviceState> DecodeDeviceState(std::string_view payload);

}  // namespace biglittle::wire
