#include "cli/provision/broker_limits.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/task/escalated_tensor.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "core/tensor.h"
#include "device_agent/home_assistant/discovery.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr double kReadingsOfTheEager = 1000;
constexpr double kSecondsAway = 60;
// No fleet is larger; and what is larger fits no integer.
constexpr double kMostReadings = 1e9;

// What protobuf puts around a reading, at the most.
constexpr std::uint64_t kAroundReading = 64;
constexpr std::uint64_t kSmallestPacket = 64 * kKiB;
constexpr std::uint64_t kBurstPackets = 1024;
constexpr std::size_t kLongestId = 64;

// Of its entry in Home Assistant, whatever it is called.
std::uint64_t EntryBytes(const FleetConfig& fleet, const DeviceConfig& device, const Task& task) {
  if (!fleet.home_assistant) return 0;
  const std::string longest(kLongestId, 'x');
  const wire::Topics topics(fleet.topic_root, fleet.fleet);
  return DiscoveryOf({longest, topics, task, device.escalation, fleet.home_assistant->steering})
      .size();
}

// Of a device's full request, or its entry; nullopt: its task cannot be read.
std::optional<std::uint64_t> MessageBytes(const FleetConfig& fleet, const DeviceConfig& device) {
  const Parsed<Task> task = LoadTask(fleet.models / device.task);
  if (!task.ok()) return std::nullopt;
  const std::uint64_t reading = EscalatedBytes(*task.value) + kAroundReading;
  // The agent fills three quarters of what the broker takes.
  return std::max(reading * device.escalation.packing.max_readings * 4 / 3,
                  EntryBytes(fleet, device, *task.value));
}

std::uint64_t LargestPayload(const FleetConfig& fleet) {
  std::uint64_t largest = 0;
  std::map<std::pair<std::string, std::size_t>, std::optional<std::uint64_t>> known;
  for (const DeviceConfig& device : fleet.devices) {
    const std::pair key(device.task, device.escalation.packing.max_readings);
    if (known.count(key) == 0) known[key] = MessageBytes(fleet, device);
    if (!known[key]) return fleet.broker.max_payload_bytes;
    largest = std::max(largest, *known[key]);
  }
  const std::uint64_t most = fleet.broker.max_payload_bytes;
  // A file without devices says nothing of them.
  return largest == 0 ? most : std::min(largest, most);
}

std::uint64_t Rounded(double value) { return static_cast<std::uint64_t>(std::ceil(value)); }

}  // namespace

FleetSize SizeOf(const FleetConfig& fleet) {
  FleetSize size{.devices = fleet.devices.size(),
                 .workers = fleet.workers.size(),
                 .max_payload_bytes = LargestPayload(fleet)};
  for (const DeviceConfig& device : fleet.devices) {
    const auto interval = static_cast<double>(device.source.interval.count());
    size.readings_per_s += interval > 0 ? 1000 / interval : kReadingsOfTheEager;
  }
  return size;
}

BrokerLimits LimitsFor(const FleetSize& size) {
  const double readings = std::clamp(size.readings_per_s, 0.0, kMostReadings);
  BrokerLimits limits;
  limits.max_connections = 2 * (size.devices + size.workers) + 64;
  limits.max_inflight_messages = std::clamp<std::uint64_t>(Rounded(readings), 1000, 65'535);
  limits.max_queued_messages =
      std::clamp<std::uint64_t>(Rounded(kSecondsAway * readings), 100'000, 10'000'000);
  limits.max_packet_size = std::max(size.max_payload_bytes + 4 * kKiB, kSmallestPacket);
  limits.max_queued_bytes =
      std::clamp(limits.max_queued_messages * kKiB + kBurstPackets * limits.max_packet_size,
                 256 * kMiB, 2048 * kMiB);
  return limits;
}

}  // namespace biglittle
