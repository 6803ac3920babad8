#include "device_agent/sources/source_factory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/status/status.h"

#include "device_agent/sources/replay/replay_source.h"
#include "device_agent/sources/vibration/vibration_simulator.h"
#include "device_agent/sources/vibration/vibration_source.h"

namespace biglittle {
namespace {

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

absl::StatusOr<std::unique_ptr<PolledSource>> MakeVibration(const VibrationSource& config,
                                                            const Task& task) {
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
  return MakeVibrationSource(config.seed);
}

absl::StatusOr<std::unique_ptr<PolledSource>> MakeEndless(const SourceConfig& config,
                                                          const Task& task, DataFiles& files) {
  if (const auto* vibration = std::get_if<VibrationSource>(&config.kind)) {
    return MakeVibration(*vibration, task);
  }
  return Replay::Open(std::get<ReplaySource>(config.kind), task, files,
                      config.readings.has_value());
}

}  // namespace

absl::StatusOr<std::unique_ptr<PolledSource>> MakeSource(const SourceConfig& config,
                                                         const Task& task, DataFiles& files) {
  auto source = MakeEndless(config, task, files);
  if (!source.ok() || !config.readings) return source;
  return std::make_unique<FirstReadings>(*std::move(source), *config.readings);
}

absl::StatusOr<std::unique_ptr<PolledSource>> MakeSource(const SourceConfig& config,
                                                         const Task& task) {
  DataFiles files;
  return MakeSource(config, task, files);
}

}  // namespace biglittle
