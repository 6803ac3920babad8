// The retained status of a device or a worker, and its JSON encoding.
//
// Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "wire/message.h"

namespace biglittle::wire {

enum class State : std::uint8_t { kOnline, kOffline, kStopped };

// "online", "offline", "stopped".
std::string_view Name(State state);

// What a worker did for one device.
struct DeviceWork {
  std::string device;
  std::uint64_t readings = 0;
  double compute_ms = 0.0;  // its readings' shares of their batches

  bool operator==(const DeviceWork&) const = default;
};

// Of a device's last readings, those that ended.
struct RecentReadings {
  std::uint32_t readings = 0;  // how many they are
  std::string decided_by;      // the last of them, as Name(DecidedBy) says it
  double escalated = 0.0;      // share of those that the little net did not settle by itself
  std::optional<double> round_trip_ms;  // median of those that the big net decided

  bool operator==(const RecentReadings&) const = default;
};

struct Status {
  std::string fleet;
  std::string device;  // exactly one of device and worker is filled
  std::string worker;
  State state = State::kOnline;
  std::string run;
  std::string version;  // of BigLittle; empty where its release did not tell yet
  WallTime time;
  std::map<std::string, std::string> models;      // task -> digest of the net served here
  std::map<std::string, std::uint64_t> counters;  // since the start of the run
  // A worker's: those that took most of it since the status before, at most three, the first first.
  std::vector<DeviceWork> busiest;
  // A device's, as an operator has steered it.
  bool paused = false;
  std::map<std::string, std::string> differs;     // from the fleet file: key -> value
  std::optional<WallTime> differs_until;          // when the first of that ends, the pause included
  std::map<std::string, std::string> in_effect;   // what may be set: key -> value
  std::map<std::string, std::uint64_t> releases;  // task -> release number, where it has one
  std::optional<RecentReadings> recent;           // absent before the first reading
};

std::string Encode(const Status& status);
// The retained message of it.
Message ToMessage(std::string topic, const Status& status);

// InvalidArgument if the payload is no JSON of a status, or has no state.
absl::StatusOr<Status> DecodeStatus(std::string_view payload);

}  // namespace biglittle::wire
