// A fleet as its messages tell it, for the live view: what the console keeps
// (dashboard/src/store/), less its hour of history.
//
// Knows no clock, broker or terminal. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

#include "cli/fleet_tasks.h"
#include "cli/watch/recent.h"
#include "core/clock.h"
#include "wire/message.h"
#include "wire/messages/device_state.h"
#include "wire/messages/status.h"
#include "wire/topics.h"

namespace biglittle {

// Whether somebody is there, by his status. nullopt: he has not been heard of.
struct Presence {
  std::optional<wire::State> state;
  WallTime since;
  bool at_least = true;  // the change was not seen: it has been so for at least as long
};

// Texts of strangers are as Shown() shows them; about 4 KB, whatever a device sends.
struct WatchedDevice {
  std::string task;
  Presence presence;
  bool paused = false;
  std::optional<WallTime> paused_until;
  std::optional<std::uint64_t> fallbacks;    // since its start, as it says
  std::optional<wire::DeviceState> settled;  // the label alone is cut
  std::optional<WallTime> last_seen;         // by whatever it said
  bool has_result = false;
  RecentDecisions decisions;
  RecentRoundTrips round_trips;
  RecentLabels labels;
  RecentNames names;
};

class WatchedFleet {
 public:
  static constexpr std::size_t kMostDevices = 10'000;
  static constexpr std::size_t kMostWorkers = 2'000;

  // `devices`: a pattern of those that it is about; empty: all.
  WatchedFleet(wire::Topics topics, std::map<std::string, ShownTask> tasks, std::string devices)
      : topics_(std::move(topics)), tasks_(std::move(tasks)), pattern_(std::move(devices)) {}

  // A message of a result, state or status topic. What is not as its topic says is refused and
  // counted.
  void Apply(const wire::Message& message, WallTime now);

  using Devices = std::map<std::string, WatchedDevice, std::less<>>;
  using Workers = std::map<std::string, Presence, std::less<>>;
  const Devices& devices() const { return devices_; }
  const Workers& workers() const { return workers_; }
  // nullptr: what it is about is not known.
  const ShownTask* TaskOf(const WatchedDevice& device) const;

  std::uint64_t refused() const { return refused_; }
  const std::string& last_refusal() const { return last_refusal_; }
  // Messages of devices and workers beyond the most.
  std::uint64_t beyond() const { return beyond_; }

 private:
  absl::Status Take(const wire::Message& message, WallTime now);
  absl::Status TakeResults(const wire::Message& message, const std::string& id, WallTime now);
  absl::Status TakeState(const wire::Message& message, const std::string& id);
  absl::Status TakeDeviceStatus(const wire::Message& message, const std::string& id, WallTime now);
  absl::Status TakeWorkerStatus(const wire::Message& message, const std::string& id, WallTime now);
  bool IsMeant(std::string_view device) const;
  WatchedDevice* Device(const std::string& id);

  const wire::Topics topics_;
  const std::map<std::string, ShownTask> tasks_;
  const std::string pattern_;
  Devices devices_;
  Workers workers_;
  std::uint64_t refused_ = 0;
  std::string last_refusal_;
  std::uint64_t beyond_ = 0;
};

}  // namespace biglittle
