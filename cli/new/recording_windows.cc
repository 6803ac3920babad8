#include "cli/new/recording_windows.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "core/clock.h"
#include "signal/conditioner.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostValues = kMaxDataBytes / sizeof(float);

bool IsOtherRate(double rate, double wanted) { return std::abs(rate - wanted) > 1e-9 * wanted; }

// A gap is a line that could not be read: one frame.
void PushAll(const Recording& recording, Conditioner& conditioner, const WindowSink& sink) {
  const std::span<const float> frames(recording.frames);
  std::size_t from = 0;
  for (const std::size_t gap : recording.gaps) {
    conditioner.Push(frames.subspan(from * recording.channels, (gap - from) * recording.channels),
                     SteadyTime{}, sink);
    conditioner.Gap(1, sink);
    from = gap;
  }
  conditioner.Push(frames.subspan(from * recording.channels), SteadyTime{}, sink);
}

template <typename Number>
std::vector<std::byte> AsBytes(const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(Number));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto number = static_cast<Number>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(Number), &number, sizeof(Number));
  }
  return bytes;
}

}  // namespace

absl::Status RecordingWindows::FitRate(const Recording& recording) {
  if (!rate_hz_) rate_hz_ = options_.rate_hz ? options_.rate_hz : recording.rate_hz;
  if (!rate_hz_ || !recording.rate_hz || options_.resample) return absl::OkStatus();
  if (!IsOtherRate(*recording.rate_hz, *rate_hz_)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "it has {} Hz, {} {}; pass --resample to bring all recordings to one rate",
      *recording.rate_hz, options_.rate_hz ? "and --rate-hz says" : "those before it", *rate_hz_));
}

absl::Status RecordingWindows::Fit(const Recording& recording) {
  if (absl::Status fit = FitRate(recording); !fit.ok()) return fit;
  if (channels_ == 0) {
    channels_ = recording.channels;
    if (options_.samples) {
      samples_ = *options_.samples;
    } else if (!rate_hz_) {
      return absl::InvalidArgumentError(
          "it does not say its rate, so --length-ms means nothing: pass --rate-hz, or --samples");
    } else {
      samples_ = static_cast<std::size_t>(
          std::lround(static_cast<double>(options_.length_ms.value_or(0)) * *rate_hz_ / 1000.0));
    }
  }
  if (recording.channels == channels_) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("it has {} channels, those before it {}", recording.channels, channels_));
}

absl::StatusOr<std::size_t> RecordingWindows::Add(const Recording& recording) {
  if (absl::Status fit = Fit(recording); !fit.ok()) return fit;
  ConditionerOptions options{.shape = {.channels = channels_, .samples = samples_},
                             .hop = options_.hop.value_or(samples_),
                             .rate_hz = recording.rate_hz.value_or(rate_hz_.value_or(0.0))};
  const bool resampled = rate_hz_ && IsOtherRate(options.rate_hz, *rate_hz_);
  if (resampled) options.resample_hz = rate_hz_;
  absl::StatusOr<Conditioner> conditioner = Conditioner::Make(options);
  if (!conditioner.ok()) return conditioner.status();
  is_int16_ = is_int16_ && recording.is_int16 && !resampled;
  std::size_t windows = 0;
  bool full = false;
  PushAll(recording, *conditioner, [&](std::span<const float> window, SteadyTime) {
    full = full || window.size() > kMostValues - values_.size();
    if (full) return;
    values_.insert(values_.end(), window.begin(), window.end());
    ++windows;
  });
  if (!full) return windows;
  return absl::ResourceExhaustedError(fmt::format(
      "with it the windows have more than {} MiB: pass a larger --hop, or fewer recordings",
      kMaxDataBytes >> 20U));
}

absl::StatusOr<DataArray> RecordingWindows::Take() {
  if (values_.empty()) {
    return absl::FailedPreconditionError(fmt::format(
        "no recording is as long as a window of {} samples: pass a smaller one", samples_));
  }
  const std::size_t windows = values_.size() / (channels_ * samples_);
  DataArray array{
      .type = is_int16_ ? ElementType::kInt16 : ElementType::kFloat32,
      .shape = {static_cast<std::int64_t>(windows), static_cast<std::int64_t>(channels_),
                static_cast<std::int64_t>(samples_)}};
  array.data = is_int16_ ? AsBytes<std::int16_t>(values_) : AsBytes<float>(values_);
  values_ = {};
  return array;
}

}  // namespace biglittle
