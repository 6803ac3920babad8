#include "signal/resampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>

#include "absl/status/status.h"

namespace biglittle {
namespace {

constexpr std::int64_t kMaxProduct = 1'000'000;
constexpr std::int64_t kMaxTaps = 65'536;
constexpr std::size_t kMaxHistory = std::size_t{1} << 22;
constexpr std::size_t kBlock = 256;  // frames that are taken at once, at least
constexpr double kBeta = 5.0;

std::int64_t HalfLength(std::int64_t up, std::int64_t down) {
  return up == down ? 0 : 10 * std::max(up, down);
}

std::size_t Depth(std::int64_t up, std::int64_t down) {
  return static_cast<std::size_t>(2 * HalfLength(up, down) / up + 1);
}

// Room for what an output is made of and for as much again, so that each frame is moved once on
// average, however few are pushed at once.
std::size_t Room(std::size_t depth) { return depth + std::max(depth, kBlock); }

// The modified Bessel function of the first kind, order 0, by its power series.
double BesselI0(double x) {
  double sum = 1.0;
  double term = 1.0;
  for (int k = 1; term > 1e-17 * sum; ++k) {
    term *= (x / (2.0 * k)) * (x / (2.0 * k));
    sum += term;
  }
  return sum;
}

double Sinc(double x) {
  return x == 0.0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

// A windowed sinc whose sum is `up`, for the zeros that are put in.
std::vector<double> Taps(std::int64_t up, std::int64_t down) {
  const std::int64_t half = HalfLength(up, down);
  if (half == 0) return {1.0};
  const double cutoff = 1.0 / static_cast<double>(std::max(up, down));
  std::vector<double> taps;
  for (std::int64_t i = -half; i <= half; ++i) {
    const double place = static_cast<double>(i) / static_cast<double>(half);
    taps.push_back(Sinc(cutoff * static_cast<double>(i)) *
                   BesselI0(kBeta * std::sqrt(1.0 - place * place)));
  }
  const double sum = std::accumulate(taps.begin(), taps.end(), 0.0);
  for (double& tap : taps) tap *= static_cast<double>(up) / sum;
  return taps;
}

// Row p: the taps p, p + up, p + 2 up ..., the last one first.
std::vector<double> Phases(std::int64_t up, std::int64_t down) {
  const std::vector<double> taps = Taps(up, down);
  const std::size_t depth = Depth(up, down);
  const auto rows = static_cast<std::size_t>(up);
  std::vector<double> phases(rows * depth);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    phases[(i % rows) * depth + (depth - 1 - i / rows)] = taps[i];
  }
  return phases;
}

std::optional<std::int64_t> Millihertz(double hz) {
  if (!(hz > 0.0 && hz <= 1e9)) return std::nullopt;
  const double millihertz = std::round(hz * 1000.0);
  if (millihertz < 1.0 || std::fabs(millihertz - hz * 1000.0) > 1e-6 + 1e-12 * hz)
    return std::nullopt;
  return static_cast<std::int64_t>(millihertz);
}

absl::Status CheckRatio(double from_hz, double to_hz, std::int64_t up, std::int64_t down,
                        std::size_t channels) {
  const std::int64_t taps = 2 * HalfLength(up, down) + 1;
  if (taps > kMaxTaps || up > kMaxProduct / down) {
    return absl::InvalidArgumentError(fmt::format(
        "from {} Hz to {} Hz is a ratio of {} to {}, too fine to be resampled: choose rates with a "
        "simpler one, for instance {} Hz",
        from_hz, to_hz, up, down,
        up > down ? from_hz * std::round(to_hz / from_hz) : from_hz / std::round(from_hz / to_hz)));
  }
  const std::size_t most = kMaxHistory / Room(Depth(up, down));
  if (channels > most) {
    return absl::InvalidArgumentError(fmt::format(
        "{} channels are too many to be resampled by {} to {}: at most {}, or rates with "
        "a simpler ratio",
        channels, up, down, most));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Resampler> Resampler::Make(double from_hz, double to_hz, std::size_t channels) {
  const auto from = Millihertz(from_hz);
  const auto to = Millihertz(to_hz);
  if (!from || !to) {
    return absl::InvalidArgumentError(
        fmt::format("a rate of {} Hz cannot be resampled: give one from 0.001 to 1e9 Hz, with at "
                    "most three decimals",
                    from ? to_hz : from_hz));
  }
  const std::int64_t divisor = std::gcd(*from, *to);
  const std::int64_t up = *to / divisor;
  const std::int64_t down = *from / divisor;
  if (absl::Status status = CheckRatio(from_hz, to_hz, up, down, channels); !status.ok()) {
    return status;
  }
  return Resampler(up, down, channels);
}

Resampler::Resampler(std::int64_t up, std::int64_t down, std::size_t channels)
    : up_(up),
      down_(down),
      half_(HalfLength(up, down)),
      depth_(Depth(up, down)),
      channels_(channels),
      phases_(Phases(up, down)),
      history_(Room(depth_) * channels) {
  Reset();
}

void Resampler::Reset() {
  std::fill(history_.begin(), history_.end(), 0.0);
  held_ = depth_;
  newest_ = static_cast<std::int64_t>(depth_) + half_ / up_;
  phase_ = half_ % up_;
}

double Resampler::Lag() const {
  const auto up = static_cast<double>(up_);
  const auto ahead = static_cast<double>(newest_ - static_cast<std::int64_t>(held_) + 1);
  return (static_cast<double>(half_ + down_ - phase_)) / up - ahead;
}

void Resampler::Push(std::span<const double> frames, std::vector<double>& out) {
  out.clear();
  while (frames.size() >= channels_) {
    if (held_ == Room(depth_)) KeepHistory();
    const std::size_t taken = std::min(frames.size() / channels_, Room(depth_) - held_);
    const auto block = frames.first(taken * channels_);
    std::copy(block.begin(), block.end(), history_.data() + held_ * channels_);
    held_ += taken;
    frames = frames.subspan(block.size());
    Produce(out);
  }
}

void Resampler::Produce(std::vector<double>& out) {
  while (newest_ < static_cast<std::int64_t>(held_)) {
    const double* taps = phases_.data() + static_cast<std::size_t>(phase_) * depth_;
    const double* input =
        history_.data() + (static_cast<std::size_t>(newest_) + 1 - depth_) * channels_;
    const std::size_t begin = out.size();
    out.resize(begin + channels_);
    double* sums = out.data() + begin;
    for (std::size_t i = 0; i < depth_; ++i) {
      for (std::size_t channel = 0; channel < channels_; ++channel) {
        sums[channel] += taps[i] * *input++;
      }
    }
    phase_ += down_;
    newest_ += phase_ / up_;
    phase_ %= up_;
  }
}

// Leaves the newest frames, as many as an output may need.
void Resampler::KeepHistory() {
  const std::size_t gone = held_ - depth_;
  std::copy(history_.begin() + static_cast<std::ptrdiff_t>(gone * channels_),
            history_.begin() + static_cast<std::ptrdiff_t>(held_ * channels_), history_.begin());
  held_ = depth_;
  newest_ -= static_cast<std::int64_t>(gone);
}

}  // namespace biglittle
