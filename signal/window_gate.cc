#include "signal/window_gate.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "absl/status/status.h"

namespace biglittle {
namespace {

constexpr Milliseconds kMaxHold = std::chrono::hours(24);

// The sum of the squares of `count` values about their mean. Four sums side by side: one after the
// other they would wait for each other. About the first value, so that little is lost where the
// mean is large.
double SquaresAboutMean(const float* values, std::size_t count, std::size_t stride) {
  const double origin = values[0];
  std::array<double, 4> sums{};
  std::array<double, 4> squares{};
  const auto add = [&](std::size_t lane, std::size_t i) {
    const double value = values[i * stride] - origin;
    sums[lane] += value;
    squares[lane] += value * value;
  };
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) add(lane, i + lane);
  }
  for (; i < count; ++i) add(0, i);
  const double sum = sums[0] + sums[1] + sums[2] + sums[3];
  const double about_origin = squares[0] + squares[1] + squares[2] + squares[3];
  const double about_mean = about_origin - sum * sum / static_cast<double>(count);
  return about_mean < 0.0 ? 0.0 : about_mean;  // by rounding; NaN stays
}

}  // namespace

double RmsAboutMean(std::span<const float> window, const WindowShape& shape) {
  const bool planar = shape.layout == WindowLayout::kPlanar;
  double squares = 0.0;
  for (std::size_t channel = 0; channel < shape.channels; ++channel) {
    const float* values = window.data() + (planar ? channel * shape.samples : channel);
    squares += SquaresAboutMean(values, shape.samples, planar ? 1 : shape.channels);
  }
  return std::sqrt(squares / static_cast<double>(window.size()));
}

absl::StatusOr<WindowGate> WindowGate::Make(const GateOptions& options, const WindowShape& shape) {
  if (!std::isfinite(options.above) || options.above < 0.0) {
    return absl::InvalidArgumentError(
        fmt::format("a gate above {}: give 0 or more, in the units of the windows", options.above));
  }
  if (options.hold < Milliseconds(0) || options.hold > kMaxHold) {
    return absl::InvalidArgumentError(fmt::format("a gate that holds for {} ms: give 0 to {}",
                                                  options.hold.count(), kMaxHold.count()));
  }
  return WindowGate(options, shape);
}

bool WindowGate::Passes(std::span<const float> window, SteadyTime captured_at) {
  const bool passes = options_.kind == GateKind::kNone || Looks(window, captured_at);
  ++(passes ? passed_ : spared_);
  return passes;
}

bool WindowGate::Looks(std::span<const float> window, SteadyTime captured_at) {
  const double rms = RmsAboutMean(window, shape_);
  if (!std::isfinite(rms)) return true;
  if (Opens(rms)) {
    opened_at_ = captured_at;
  } else if (!opened_at_ || captured_at - *opened_at_ >= options_.hold) {
    return false;
  }
  last_rms_ = rms;
  return true;
}

bool WindowGate::Opens(double rms) const {
  if (options_.kind == GateKind::kRms) return rms >= options_.above;
  return !last_rms_ || std::fabs(rms - *last_rms_) > options_.above;
}

}  // namespace biglittle
