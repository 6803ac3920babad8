#include "device_agent/sources/vibration/vibration_source.h"

#include <span>
#include <vector>

#include "core/random.h"
#include "device_agent/sources/vibration/vibration_simulator.h"

namespace biglittle {
namespace {

class SimulatedAccelerometer final : public PolledSource {
 public:
  explicit SimulatedAccelerometer(std::uint64_t seed) : seeds_(seed) {}

  absl::StatusOr<std::optional<Sample>> Next() override {
    // A generator for each reading: how many numbers one uses does not move the next.
    Random random(seeds_.Next());
    const VibrationClass condition = DrawVibrationClass(random);
    const OperatingPoint point = DrawOperatingPoint(random);
    const std::vector<float> values = SimulateWindow(condition, point, random);
    const auto bytes = std::as_bytes(std::span(values));
    Sample sample;
    sample.window.dtype = DType::kFloat32;
    sample.window.shape = {kVibrationAxes, kVibrationSamples};
    sample.window.data.assign(bytes.begin(), bytes.end());
    sample.truth = static_cast<int>(condition);
    return sample;
  }
  absl::Status ResumeAt(std::uint64_t number) override {
    for (std::uint64_t i = 0; i < number; ++i) static_cast<void>(seeds_.Next());
    return absl::OkStatus();
  }

 private:
  Random seeds_;
};

}  // namespace

std::unique_ptr<PolledSource> MakeVibrationSource(std::uint64_t seed) {
  return std::make_unique<SimulatedAccelerometer>(seed);
}

}  // namespace biglittle
