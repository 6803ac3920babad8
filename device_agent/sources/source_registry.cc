#include "device_agent/sources/source_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"

#include "device_agent/sources/alsa/alsa_kind.h"
#include "device_agent/sources/camera/camera_kind.h"
#include "device_agent/sources/exec/exec_kind.h"
#include "device_agent/sources/file/file_kind.h"
#include "device_agent/sources/iio/iio_kind.h"
#include "device_agent/sources/modbus/modbus_kind.h"
#include "device_agent/sources/mqtt/mqtt_kind.h"
#include "device_agent/sources/replay/replay_kind.h"
#include "device_agent/sources/serial/serial_kind.h"
#include "device_agent/sources/source_kind.h"
#include "device_agent/sources/vibration/vibration_kind.h"

namespace biglittle {
namespace {

const std::vector<const DeviceSourceKind*>& AllRows() {
  static const std::vector<const DeviceSourceKind*> rows{
      &ReplayKind(), &VibrationKind(), &ExecKind(), &FileKind(), &SerialKind(),
      &MqttKind(),   &ModbusKind(),    &AlsaKind(), &IioKind(),  &CameraKind(),
  };
  return rows;
}

// Ends another source after so many readings.
class FirstReadings final : public PolledSource {
 public:
  FirstReadings(std::unique_ptr<PolledSource> source, std::uint64_t readings)
      : source_(std::move(source)), left_(readings) {}

  absl::StatusOr<std::optional<Sample>> Next() override {
    if (left_ == 0) return std::nullopt;
    --left_;
    return source_->Next();
  }
  absl::Status ResumeAt(std::uint64_t number) override {
    const std::uint64_t before = std::min(number, left_);
    left_ -= before;
    return source_->ResumeAt(before);
  }

 private:
  const std::unique_ptr<PolledSource> source_;
  std::uint64_t left_;
};

}  // namespace

const SourceKinds& AllSources() {
  static const SourceKinds kinds({AllRows().begin(), AllRows().end()});
  return kinds;
}

absl::StatusOr<DeviceSource> MakeSource(const SourceConfig& config, const Task& task,
                                        SourceShares& shares) {
  const auto row = std::ranges::find(AllRows(), config.type, &DeviceSourceKind::type);
  if (row == AllRows().end()) {
    return absl::InvalidArgumentError(fmt::format("there is no source of type {}", config.type));
  }
  absl::StatusOr<DeviceSource> source = (*row)->Make(config, task, shares);
  if (!source.ok() || !config.readings) return source;
  auto* polled = std::get_if<std::unique_ptr<PolledSource>>(&*source);
  if (polled == nullptr) return source;
  return std::make_unique<FirstReadings>(std::move(*polled), *config.readings);
}

absl::StatusOr<std::unique_ptr<PolledSource>> MakePolledSource(const SourceConfig& config,
                                                               const Task& task) {
  SourceShares shares;
  absl::StatusOr<DeviceSource> source = MakeSource(config, task, shares);
  if (!source.ok()) return source.status();
  auto* polled = std::get_if<std::unique_ptr<PolledSource>>(&*source);
  if (polled != nullptr) return std::move(*polled);
  return absl::InvalidArgumentError(fmt::format(
      "a source of type {} speaks when it wants to and cannot be replayed", config.type));
}

}  // namespace biglittle
