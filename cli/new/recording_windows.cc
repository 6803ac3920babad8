#include "cli/new/recording_windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.h"
#include "device_agent/sources/stream/frame_feed.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostValues = kMaxDataBytes / sizeof(float);

// Keeps the values of the windows, of a task of floats.
class WindowValues final : public SampleInbox {
 public:
  explicit WindowValues(std::vector<float>& values) : values_(values) {}

  void Put(Sample sample, SteadyTime /*captured_at*/) override {
    const std::size_t count = sample.window.data.size() / sizeof(float);
    overflow_ = overflow_ || count > kMostValues - values_.size();
    if (overflow_) return;
    const std::size_t before = values_.size();
    values_.resize(before + count);
    std::memcpy(values_.data() + before, sample.window.data.data(), count * sizeof(float));
    ++windows_;
  }
  bool full() const override { return overflow_; }
  void Gap(std::uint64_t /*values*/) override {}
  void Refuse(std::string_view /*reason*/, const std::string& /*what*/) override {}
  void Spare() override {}
  void Fail(absl::Status /*why*/) override {}
  void End() override {}

  std::size_t windows() const { return windows_; }

 private:
  std::vector<float>& values_;
  std::size_t windows_ = 0;
  bool overflow_ = false;
};

// A gap is a line that could not be read: one frame.
void PushAll(const Recording& recording, FrameFeed& feed) {
  const std::span<const float> frames(recording.frames);
  std::size_t from = 0;
  for (const std::size_t gap : recording.gaps) {
    feed.Push(frames.subspan(from * recording.channels, (gap - from) * recording.channels),
              SteadyTime{});
    feed.Gap(1);
    from = gap;
  }
  feed.Push(frames.subspan(from * recording.channels), SteadyTime{});
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

// As long as `least` frames at least, what is recorded in its middle.
Recording Padded(const Recording& recording, std::size_t least) {
  const std::size_t frames = recording.frames.size() / recording.channels;
  const std::size_t lacking = least - frames;
  Recording padded = recording;
  padded.frames.assign(least * recording.channels, 0.0F);
  std::ranges::copy(
      recording.frames,
      padded.frames.begin() + static_cast<std::ptrdiff_t>(lacking / 2 * recording.channels));
  return padded;
}

}  // namespace

absl::Status RecordingWindows::FitRate(const Recording& recording) {
  if (!rate_hz_) rate_hz_ = options_.rate_hz ? options_.rate_hz : recording.rate_hz;
  if (!rate_hz_ || !recording.rate_hz || options_.resample) return absl::OkStatus();
  if (*recording.rate_hz == *rate_hz_) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "it has {} Hz, {} {}; pass --resample to bring all recordings to one rate",
      *recording.rate_hz, options_.rate_hz ? "and --rate-hz says" : "those before it", *rate_hz_));
}

// What a task file says must be so.
absl::Status RecordingWindows::FitFilter() const {
  if (!options_.filter) return absl::OkStatus();
  if (!rate_hz_) {
    return absl::InvalidArgumentError(
        "it does not say its rate, so a filter means nothing: pass --rate-hz");
  }
  const float highest =
      std::max(options_.filter->hz.value_or(0.0F), options_.filter->high_hz.value_or(0.0F));
  if (highest * 2 < *rate_hz_) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("a filter's cut-off of {} Hz must be below half of the windows' rate of {} Hz",
                  highest, *rate_hz_));
}

absl::Status RecordingWindows::Fit(const Recording& recording) {
  if (absl::Status fit = FitRate(recording); !fit.ok()) return fit;
  if (absl::Status fit = FitFilter(); !fit.ok()) return fit;
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
  Task task;
  task.input_shape = {static_cast<std::int64_t>(channels_), static_cast<std::int64_t>(samples_)};
  task.input_rate_hz = rate_hz_;
  task.input_filter = options_.filter;
  WindowingOptions windowing{.rate_hz = recording.rate_hz ? recording.rate_hz : rate_hz_};
  windowing.resample = rate_hz_ && *windowing.rate_hz != *rate_hz_;
  windowing.window.hop = options_.hop.value_or(samples_);
  const auto feed = FrameFeed::Make(windowing, channels_, task, Pace::kOurs);
  if (!feed.ok()) return feed.status();
  is_int16_ = is_int16_ && recording.is_int16 && !windowing.resample && !options_.filter;
  WindowValues windows(values_);
  (*feed)->Begin(windows, {});
  // A resampler is some samples behind.
  constexpr std::size_t kBehind = 64;
  const double ratio =
      windowing.resample ? static_cast<double>(*windowing.rate_hz) / static_cast<double>(*rate_hz_)
                         : 1.0;
  const std::size_t least =
      static_cast<std::size_t>(std::ceil(static_cast<double>(samples_) * ratio)) +
      (windowing.resample ? kBehind : 0);
  const bool is_short = recording.frames.size() < least * channels_;
  if (options_.pad && is_short && recording.gaps.empty()) {
    PushAll(Padded(recording, least), **feed);
  } else {
    PushAll(recording, **feed);
  }
  if (!windows.full()) return windows.windows();
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
