#include "cloud_worker/intake/fleet_limits.h"

#include <algorithm>
#include <chrono>

namespace biglittle {
namespace {

// The shares of all devices' prioritised readings together, of what the worker computes.
constexpr double kPrioritisedPart = 0.5;
// What one device has of it at once goes before everybody else, who waits for as long.
constexpr Milliseconds kPriorityBurst{250};

DeviceLimit::Rate RateOf(const DeviceConfig& device, double most) {
  const double readings = 1.0 / std::chrono::duration<double>(device.source.interval).count() *
                          static_cast<double>(device.escalation.max_attempts);
  const double rate = std::min(readings, most);
  const double at_once = 1000.0 * static_cast<double>(device.escalation.max_pending) / rate;
  constexpr double kLongestBurst = 60'000;
  return {.per_second = rate,
          .burst = Milliseconds(
              static_cast<Milliseconds::rep>(std::clamp(at_once, 1000.0, kLongestBurst)))};
}

}  // namespace

std::optional<DeviceLimit::Options> RequestLimit(const FleetConfig& fleet,
                                                 const WorkerConfig& worker) {
  const auto most = static_cast<double>(worker.device_requests_per_s);
  if (most <= 0) return std::nullopt;
  DeviceLimit::Options options{.rate = {.per_second = most}};
  for (const DeviceConfig& device : fleet.devices) {
    if (device.source.interval <= Milliseconds(0)) continue;
    options.rates.try_emplace(device.id, RateOf(device, most));
  }
  options.devices = std::max(options.devices, 2 * fleet.devices.size());
  return options;
}

DeviceLimit::Options PriorityLimit(const FleetConfig& fleet, const WorkerConfig& worker) {
  const auto devices = static_cast<double>(std::max<std::size_t>(fleet.devices.size(), 1));
  return {.rate = {.per_second =
                       kPrioritisedPart * static_cast<double>(worker.compute_threads) / devices,
                   .burst = kPriorityBurst}};
}

}  // namespace biglittle
