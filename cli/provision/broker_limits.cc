#include "cli/provision/broker_limits.h"

#include <algorithm>
#include <cmath>

namespace biglittle {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr double kReadingsOfTheEager = 1000;
constexpr double kSecondsAway = 60;
// No fleet is larger; and what is larger fits no integer.
constexpr double kMostReadings = 1e9;

std::uint64_t Rounded(double value) { return static_cast<std::uint64_t>(std::ceil(value)); }

}  // namespace

FleetSize SizeOf(const FleetConfig& fleet) {
  FleetSize size{.devices = fleet.devices.size(),
                 .workers = fleet.workers.size(),
                 .max_payload_bytes = fleet.broker.max_payload_bytes};
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
  limits.max_packet_size = size.max_payload_bytes + 4 * kKiB;
  limits.max_queued_bytes =
      std::clamp(std::max(limits.max_queued_messages * kKiB, 16 * limits.max_packet_size),
                 128 * kMiB, 2048 * kMiB);
  return limits;
}

}  // namespace biglittle
