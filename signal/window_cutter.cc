#include "signal/window_cutter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"

#include "signal/frame_time.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxValues = std::size_t{1} << 26;  // of a window
constexpr std::size_t kMaxHop = std::size_t{1} << 31;
constexpr std::uint64_t kMaxGap = std::uint64_t{1} << 62;  // a longer one is as good as this

absl::Status Check(const WindowOptions& options) {
  const auto& [channels, samples, layout] = options.shape;
  if (channels < 1 || channels > kMaxValues || samples < 1 || samples > kMaxValues / channels) {
    return absl::InvalidArgumentError(fmt::format(
        "a window of {} samples of {} channels: give 1 or more of both, which are 1 to {} values",
        samples, channels, kMaxValues));
  }
  if (options.hop < 1 || options.hop > kMaxHop) {
    return absl::InvalidArgumentError(
        fmt::format("a hop of {} samples is not between 1 and {}: without overlap it is {}, the "
                    "samples of a window",
                    options.hop, kMaxHop, samples));
  }
  if (!(options.rate_hz == 0.0 || (options.rate_hz >= 1e-3 && options.rate_hz <= 1e9))) {
    return absl::InvalidArgumentError(fmt::format(
        "a rate of {} Hz is not between 0.001 and 1e9: give the sensor's own", options.rate_hz));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WindowCutter> WindowCutter::Make(const WindowOptions& options) {
  if (absl::Status status = Check(options); !status.ok()) return status;
  return WindowCutter(options);
}

WindowCutter::WindowCutter(const WindowOptions& options)
    : options_(options),
      window_(options.shape.channels * options.shape.samples),
      last_frame_(options.shape.channels) {}

void WindowCutter::Push(std::span<const float> frames, SteadyTime last_at, const WindowSink& sink) {
  const std::size_t channels = options_.shape.channels;
  const std::size_t count = frames.size() / channels;
  if (count == 0) return;
  frames = frames.first(count * channels);
  begun_ = true;
  counts_.frames += count;
  filled_since_push_ = 0;
  Take(frames, last_at, sink);
  std::copy_n(frames.end() - static_cast<std::ptrdiff_t>(channels), channels, last_frame_.begin());
  last_at_ = last_at;
}

void WindowCutter::Take(std::span<const float> frames, SteadyTime last_at, const WindowSink& sink) {
  const std::size_t channels = options_.shape.channels;
  const std::size_t count = frames.size() / channels;
  std::size_t next = Skip(count);
  while (next < count) {
    const std::size_t taken = std::min(count - next, options_.shape.samples - held_);
    Store(frames.data() + next * channels, taken);
    next += taken;
    if (held_ < options_.shape.samples) break;
    ++counts_.windows;
    sink(window_, last_at - FrameTime(static_cast<double>(count - next), options_.rate_hz));
    Advance();
    next += Skip(count - next);
  }
}

// How many of the next `frames` lie before the next window.
std::size_t WindowCutter::Skip(std::size_t frames) {
  const std::size_t skipped = std::min(frames, skip_);
  const std::size_t lost = std::min(skipped, lost_ahead_);
  counts_.frames_left_out += lost;
  lost_ahead_ -= lost;
  skip_ -= skipped;
  return skipped;
}

void WindowCutter::Store(const float* frames, std::size_t count) {
  const auto& [channels, samples, layout] = options_.shape;
  if (layout == WindowLayout::kInterleaved) {
    std::copy_n(frames, count * channels, window_.data() + held_ * channels);
  } else {
    for (std::size_t channel = 0; channel < channels; ++channel) {
      float* row = window_.data() + channel * samples + held_;
      for (std::size_t i = 0; i < count; ++i) row[i] = frames[i * channels + channel];
    }
  }
  held_ += count;
  fresh_ += count;
}

// From a whole window to the beginning of the next. Costs no more than whoever took the window.
void WindowCutter::Advance() {
  const auto& [channels, samples, layout] = options_.shape;
  const std::size_t kept = samples - std::min(options_.hop, samples);
  fresh_ = 0;
  held_ = kept;
  skip_ = options_.hop + kept - samples;
  if (kept == 0) return;
  const std::size_t rows = layout == WindowLayout::kPlanar ? channels : 1;
  const std::size_t row = window_.size() / rows;
  const std::size_t moved = row / samples * kept;
  for (std::size_t i = 0; i < rows; ++i) {
    float* begin = window_.data() + i * row;
    std::copy_n(begin + (row - moved), moved, begin);
  }
}

void WindowCutter::Gap(std::uint64_t frames, const WindowSink& sink) {
  if (frames == 0) return;
  ++counts_.gaps;
  counts_.missing_frames += frames;
  if (!begun_) return;
  switch (options_.on_gap) {
    case OnGap::kRestart:
      return Restart();
    case OnGap::kFill:
      return Fill(frames, sink);
    case OnGap::kDrop:
      return Drop(std::min(frames, kMaxGap));
  }
}

void WindowCutter::Restart() {
  LeaveOutHeld();
  skip_ = lost_ahead_ = 0;
  begun_ = false;
}

void WindowCutter::LeaveOutHeld() {
  counts_.frames_left_out += fresh_;
  held_ = fresh_ = 0;
}

// Gaps that follow each other without a frame in between are one.
void WindowCutter::Fill(std::uint64_t missing, const WindowSink& sink) {
  if (missing > options_.shape.samples - filled_since_push_) return Restart();
  for (std::uint64_t i = 1; i <= missing; ++i) {
    Take(last_frame_, last_at_ + FrameTime(static_cast<double>(i), options_.rate_hz), sink);
  }
  last_at_ += FrameTime(static_cast<double>(missing), options_.rate_hz);
  filled_since_push_ += missing;
  counts_.filled_frames += missing;
}

// Places are counted from the first missing frame: what is held lies before it, at negative ones.
void WindowCutter::Drop(std::uint64_t missing) {
  const auto end = static_cast<std::int64_t>(missing);
  const auto hop = static_cast<std::int64_t>(options_.hop);
  const auto samples = static_cast<std::int64_t>(options_.shape.samples);
  const auto start =
      held_ > 0 ? -static_cast<std::int64_t>(held_) : static_cast<std::int64_t>(skip_);
  // The windows that begin at `start` and a hop later and so on, up to the gap's end.
  const std::int64_t lost = std::max<std::int64_t>(0, (end - start + hop - 1) / hop);
  const std::int64_t next = start + lost * hop;
  const std::int64_t lost_until =
      lost > 0 ? next - hop + samples : static_cast<std::int64_t>(lost_ahead_);
  LeaveOutHeld();
  counts_.windows_left_out += static_cast<std::uint64_t>(lost);
  skip_ = static_cast<std::size_t>(next - end);
  lost_ahead_ = static_cast<std::size_t>(std::clamp<std::int64_t>(lost_until - end, 0, next - end));
}

}  // namespace biglittle
