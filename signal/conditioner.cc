#include "signal/conditioner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/status/status.h"

#include "signal/finite.h"
#include "signal/frame_time.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxBlock = 256;
constexpr std::size_t kMaxBlockValues = std::size_t{1} << 20;  // of more than one frame
constexpr double kMaxResampled = 4096.0;                       // frames that a block may become
constexpr std::uint64_t kMaxGap = std::uint64_t{1} << 40;

absl::Status CheckScale(const ConditionerOptions& options) {
  if (!std::isfinite(options.scale) || !std::isfinite(options.offset) || options.scale == 0.0) {
    return absl::InvalidArgumentError(fmt::format(
        "a scale of {} and an offset of {}: give finite ones, and a scale that is not 0",
        options.scale, options.offset));
  }
  if (options.rate_hz == 0.0 && (options.filter || options.resample_hz)) {
    return absl::InvalidArgumentError(
        "a filter or another rate needs to know the stream's: give the sensor's rate_hz");
  }
  return absl::OkStatus();
}

float ToFloat(double value) {
  constexpr double kMost = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(value, -kMost, kMost));
}

}  // namespace

absl::StatusOr<Conditioner> Conditioner::Make(const ConditionerOptions& options) {
  if (absl::Status status = CheckScale(options); !status.ok()) return status;
  auto cutter = WindowCutter::Make({.shape = options.shape,
                                    .hop = options.hop,
                                    .on_gap = options.on_gap,
                                    .rate_hz = options.resample_hz.value_or(options.rate_hz)});
  if (!cutter.ok()) return cutter.status();
  std::optional<Biquads> filter;
  if (options.filter) {
    auto made = Biquads::MakeButterworth(*options.filter, options.rate_hz, options.shape.channels);
    if (!made.ok()) return made.status();
    filter = std::move(*made);
  }
  std::optional<Resampler> resampler;
  if (options.resample_hz) {
    auto made = Resampler::Make(options.rate_hz, *options.resample_hz, options.shape.channels);
    if (!made.ok()) return made.status();
    if (made->up() != made->down()) resampler = std::move(*made);
  }
  return Conditioner(options, std::move(*cutter), std::move(filter), std::move(resampler));
}

Conditioner::Conditioner(const ConditionerOptions& options, WindowCutter cutter,
                         std::optional<Biquads> filter, std::optional<Resampler> resampler)
    : options_(options),
      cutter_(std::move(cutter)),
      filter_(std::move(filter)),
      resampler_(std::move(resampler)),
      last_frame_(options.shape.channels) {
  const std::size_t most_frames =
      std::clamp(kMaxBlockValues / options.shape.channels, std::size_t{1}, kMaxBlock);
  block_ = static_cast<std::size_t>(
      std::clamp(kMaxResampled / Ratio(), 1.0, static_cast<double>(most_frames)));
  if (IsPlain()) return;
  const auto most = static_cast<std::size_t>(static_cast<double>(block_) * std::max(1.0, Ratio()));
  work_.reserve(block_ * options.shape.channels);
  resampled_.reserve((most + 1) * options.shape.channels);
  conditioned_.reserve((most + 1) * options.shape.channels);
}

bool Conditioner::IsPlain() const {
  return !filter_ && !resampler_ && options_.scale == 1.0 && options_.offset == 0.0;
}

// Frames that come out for one that goes in.
double Conditioner::Ratio() const {
  if (!resampler_) return 1.0;
  return static_cast<double>(resampler_->up()) / static_cast<double>(resampler_->down());
}

void Conditioner::Push(std::span<const float> frames, SteadyTime last_at, const WindowSink& sink) {
  const std::size_t channels = options_.shape.channels;
  frames = frames.first(frames.size() / channels * channels);
  if (AllFinite(frames)) return Take(frames, last_at, sink);
  const auto frame = [&](std::size_t i) { return frames.subspan(i * channels, channels); };
  const std::size_t count = frames.size() / channels;
  for (std::size_t next = 0; next < count;) {
    const bool finite = AllFinite(frame(next));
    const std::size_t begin = next;
    while (next < count && AllFinite(frame(next)) == finite) ++next;
    if (finite) {
      Take(frames.subspan(begin * channels, (next - begin) * channels),
           last_at - FrameTime(static_cast<double>(count - next), options_.rate_hz), sink);
    } else {
      invalid_frames_ += next - begin;
      Gap(next - begin, sink);
    }
  }
}

void Conditioner::Take(std::span<const float> frames, SteadyTime last_at, const WindowSink& sink) {
  if (frames.empty()) return;
  const std::size_t channels = options_.shape.channels;
  counts_.frames += frames.size() / channels;
  filled_since_push_ = 0;
  last_at_ = last_at;
  const auto last_frame = frames.last(channels);
  std::copy(last_frame.begin(), last_frame.end(), last_frame_.begin());
  TakeBlock(frames, last_at, sink);
}

void Conditioner::TakeBlock(std::span<const float> frames, SteadyTime last_at,
                            const WindowSink& sink) {
  const std::size_t channels = options_.shape.channels;
  if (IsPlain()) {
    fresh_ = false;
    return cutter_.Push(frames, last_at, sink);
  }
  while (!frames.empty()) {
    const auto block = frames.first(std::min(frames.size(), block_ * channels));
    frames = frames.subspan(block.size());
    const auto behind = static_cast<double>(frames.size() / channels);
    Scale(block);
    std::span<const double> out = work_;
    double lag = 0.0;
    if (filter_ && fresh_ && options_.settle_filter) filter_->Settle(out.first(channels));
    if (filter_) filter_->Filter(work_);
    if (resampler_) {
      resampler_->Push(work_, resampled_);
      out = resampled_;
      lag = resampler_->Lag();
    }
    fresh_ = false;
    conditioned_.resize(out.size());
    std::transform(out.begin(), out.end(), conditioned_.begin(), ToFloat);
    cutter_.Push(conditioned_, last_at - FrameTime(behind + lag, options_.rate_hz), sink);
  }
}

SteadyTime::duration Conditioner::Lag() const {
  return resampler_ ? FrameTime(resampler_->Lag(), options_.rate_hz) : SteadyTime::duration(0);
}

void Conditioner::Scale(std::span<const float> frames) {
  work_.resize(frames.size());
  std::transform(frames.begin(), frames.end(), work_.begin(),
                 [this](float value) { return value * options_.scale + options_.offset; });
}

void Conditioner::Gap(std::uint64_t frames, const WindowSink& sink) {
  if (frames == 0) return;
  ++counts_.gaps;
  counts_.missing_frames += frames;
  switch (options_.on_gap) {
    case OnGap::kRestart:
      return Restart();
    case OnGap::kFill:
      return Fill(frames, sink);
    case OnGap::kDrop:
      return Drop(std::min(frames, kMaxGap), sink);
  }
}

void Conditioner::Restart() {
  cutter_.Restart();
  ResetMemory();
}

void Conditioner::ResetMemory() {
  if (filter_) filter_->Reset();
  if (resampler_) resampler_->Reset();
  fresh_ = true;
}

// Before all steps, so that filter and change of rate go on. Gaps that follow each other without a
// frame in between are one.
void Conditioner::Fill(std::uint64_t missing, const WindowSink& sink) {
  if (fresh_) return;
  const double window = static_cast<double>(options_.shape.samples) / Ratio();
  if (static_cast<double>(missing) + static_cast<double>(filled_since_push_) > window) {
    return Restart();
  }
  for (std::uint64_t i = 1; i <= missing; ++i) {
    TakeBlock(last_frame_, last_at_ + FrameTime(static_cast<double>(i), options_.rate_hz), sink);
  }
  last_at_ += FrameTime(static_cast<double>(missing), options_.rate_hz);
  filled_since_push_ += missing;
  counts_.filled_frames += missing;
}

// What the resampler has not given yet is missing too; its grid begins anew with the next frame.
void Conditioner::Drop(std::uint64_t missing, const WindowSink& sink) {
  double lost = static_cast<double>(missing);
  if (resampler_) lost = std::round((lost + 1.0 + resampler_->Lag()) * Ratio()) - 1.0;
  cutter_.Gap(static_cast<std::uint64_t>(std::max(0.0, lost)), sink);
  ResetMemory();
}

ConditionerCounts Conditioner::counts() const {
  ConditionerCounts counts{.stream = counts_, .invalid_frames = invalid_frames_};
  counts.stream.windows = cutter_.counts().windows;
  counts.stream.windows_left_out = cutter_.counts().windows_left_out;
  counts.stream.frames_left_out = cutter_.counts().frames_left_out;
  return counts;
}

}  // namespace biglittle
