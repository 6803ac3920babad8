#include "device_agent/device_readings.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "absl/status/status.h"

#include "core/tensor.h"
#include "device_agent/intake/live_intake.h"
#include "device_agent/intake/polled_intake.h"

namespace biglittle {
namespace {

absl::Status CheckWhenFull(const DeviceConfig& device, const DeviceSource& source) {
  const auto* live = std::get_if<std::unique_ptr<LiveSource>>(&source);
  const bool can_wait = live != nullptr && (*live)->waits();
  if (device.source.when_full != WhenFull::kWait || can_wait) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{}: 'when_full: wait' is for a source that can wait, a program or a FIFO; a "
                  "source of type {} "
                  "with an interval cannot: 'interval_ms: 0' asks it whenever there is room",
                  device.id, device.source.type));
}

}  // namespace

absl::StatusOr<DeviceReadings> MakeReadings(DeviceSource source, const DeviceConfig& device,
                                            const Task& task) {
  if (absl::Status good = CheckWhenFull(device, source); !good.ok()) return good;
  if (auto* polled = std::get_if<std::unique_ptr<PolledSource>>(&source)) {
    return DeviceReadings{std::make_unique<PolledIntake>(std::move(*polled), device.source),
                          nullptr};
  }
  auto live = std::get<std::unique_ptr<LiveSource>>(std::move(source));
  std::shared_ptr<wire::TopicListener> listener = live->ListenFor(device.id);
  const auto window_bytes = static_cast<std::size_t>(ElementCount(task.input_shape).value_or(0)) *
                            ElementSize(task.input_dtype);
  return DeviceReadings{
      std::make_unique<LiveIntake>(std::move(live), device.source, window_bytes,
                                   SourceSupervisor::Options{.device = device.id}),
      std::move(listener)};
}

}  // namespace biglittle
