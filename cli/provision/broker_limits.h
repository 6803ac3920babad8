// How much a production broker must hold for a fleet of a given size.
#pragma once

#include <cstdint>

#include "core/fleet/fleet_config.h"

namespace biglittle {

struct FleetSize {
  std::uint64_t devices = 0;
  std::uint64_t workers = 0;
  double readings_per_s = 0;  // of all devices together
  std::uint64_t max_payload_bytes = 1U << 20U;

  bool operator==(const FleetSize&) const = default;
};

// As the fleet file says. A device without an interval (0 ms) counts as 1000 readings a second. The
// largest payload is that of a full request of the fleet's tasks, which are read, or of a device's
// entry in Home Assistant, and at most the file's max_payload_bytes; that itself where a task
// cannot be read.
FleetSize SizeOf(const FleetConfig& fleet);

// Mosquitto's directives of the same names.
struct BrokerLimits {
  std::uint64_t max_connections = 0;
  std::uint64_t max_inflight_messages = 0;
  std::uint64_t max_queued_messages = 0;
  std::uint64_t max_queued_bytes = 0;
  std::uint64_t max_packet_size = 0;

  bool operator==(const BrokerLimits&) const = default;
};

//   max_connections        2 (devices + workers) + 64. After a cut all come back while the broker
//                          still holds their old connections; 64 for dashboards, bridges,
//                          operators.
//   max_inflight_messages  a second of readings, 1000 to 65,535: what one consumer of everything
//                          may have on the way.
//   max_queued_messages    a minute of readings, 100,000 to 10,000,000: what waits for a consumer
//                          that is away for a session's expiry.
//   max_packet_size        the largest payload + 4 KiB for topic and properties; at least 64 KiB,
//   for
//                          batches of results and for provisioning's own commands.
//   max_queued_bytes       1 KiB, more than a result has, for each queued message, and 1024 of the
//                          largest packets, so that one device's burst does not push others'
//                          results out; 256 MiB to 2 GiB.
// Pure.
BrokerLimits LimitsFor(const FleetSize& size);

}  // namespace biglittle
