#include "device_agent/sources/vibration/vibration_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "absl/status/status.h"

#include "core/yaml/key_kinds.h"
#include "device_agent/sources/vibration/vibration_options.h"
#include "device_agent/sources/vibration/vibration_simulator.h"
#include "device_agent/sources/vibration/vibration_source.h"

namespace biglittle {
namespace {

void OfCopy(VibrationSource& options, std::uint64_t k) { options.seed += k; }

absl::StatusOr<DeviceSource> Make(const VibrationSource& options, const SourceConfig&,
                                  const Task& task, SourceShares&) {
  const Shape shape{kVibrationAxes, kVibrationSamples};
  const bool same_labels = std::equal(task.labels.begin(), task.labels.end(),
                                      kVibrationLabels.begin(), kVibrationLabels.end());
  if (task.input_dtype != DType::kFloat32 || task.input_shape != shape || !same_labels) {
    return absl::InvalidArgumentError(fmt::format(
        "the simulated accelerometer delivers windows of {} of {} for the labels of the task "
        "'vibration', which do not fit task {} ({} of {}); use a source of type replay",
        ToString(shape), Name(DType::kFloat32), task.name, ToString(task.input_shape),
        Name(task.input_dtype)));
  }
  return MakeVibrationSource(options.seed);
}

}  // namespace

const KeyTable<VibrationSource>& VibrationKeys() {
  static const KeyTable<VibrationSource> keys(
      "vibration_source", "a simulated accelerometer on a rotating machine; needs no data",
      {WholeKey("seed", &VibrationSource::seed, {0, kMaxExactWhole},
                {.help = "the same seed gives the same readings; copy k (0, 1, ...) of a template "
                         "has `seed` + k"})});
  return keys;
}

SourceConfig AsSourceConfig(VibrationSource options) {
  return {.type = kVibrationType,
          .options = std::make_shared<const OptionsOf<VibrationSource>>(options)};
}

const DeviceSourceKind& VibrationKind() {
  static const SourceRow<VibrationSource> row(kVibrationType, VibrationKeys(), OfCopy, Make);
  return row;
}

}  // namespace biglittle
