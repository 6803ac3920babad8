#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/yaml/key_table.h"
#include "device_agent/sources/iio/iio_device.h"
#include "device_agent/sources/source_kind.h"
#include "device_agent/sources/stream/windowing_options.h"

namespace biglittle {

inline constexpr char kIioType[] = "iio";

struct IioOptions : WindowingOptions {
  std::string device;
  std::vector<std::string> channels;
  float sampling_frequency_hz = 0.0F;
  std::optional<std::uint32_t> buffer_samples;

  bool operator==(const IioOptions&) const = default;
};

const KeyTable<IioOptions>& IioKeys();
// Samples from a sensor that Linux has a driver of industrial I/O for.
const DeviceSourceKind& IioKind();
// What the kind makes, of devices that are shown elsewhere.
absl::StatusOr<DeviceSource> MakeIioSource(const IioOptions& options, const Task& task,
                                           const IioPlaces& places);

}  // namespace biglittle
