#include "device_agent/sources/stream/frame_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "signal/window_shape.h"

namespace biglittle {
namespace {

constexpr double kMostFrames = 0x1p31;  // no window and no hop has more

// [channels, samples] or [samples, channels] without the dimensions of 1; nullopt: neither.
std::optional<WindowShape> ShapeFor(const Shape& shape, std::size_t channels) {
  std::vector<std::size_t> sizes;
  for (const std::int64_t size : shape) {
    if (size != 1) sizes.push_back(static_cast<std::size_t>(size));
  }
  if (channels == 1 && sizes.size() <= 1) {
    return WindowShape{1, sizes.empty() ? 1 : sizes[0], WindowLayout::kPlanar};
  }
  // One sample of all channels: a vector of features.
  if (sizes.size() == 1 && sizes[0] == channels) {
    return WindowShape{channels, 1, WindowLayout::kPlanar};
  }
  if (sizes.size() != 2) return std::nullopt;
  if (sizes[0] == channels) return WindowShape{channels, sizes[1], WindowLayout::kPlanar};
  if (sizes[1] == channels) return WindowShape{channels, sizes[0], WindowLayout::kInterleaved};
  return std::nullopt;
}

// What the channels of a source can be, for windows of this shape.
std::string WhatFits(const Shape& shape) {
  std::vector<std::int64_t> sizes;
  for (const std::int64_t size : shape) {
    if (size != 1) sizes.push_back(size);
  }
  if (sizes.size() < 2) sizes.insert(sizes.begin(), 1);
  if (sizes.size() > 2) return "no stream of samples makes such, only whole windows do";
  if (sizes.front() == sizes.back()) return fmt::format("{} would fit", sizes.front());
  return fmt::format("{} or {} would fit", sizes.front(), sizes.back());
}

absl::StatusOr<std::size_t> FramesOf(std::optional<std::size_t> frames,
                                     std::optional<std::size_t> ms, std::optional<double> rate,
                                     std::string_view key, std::size_t otherwise) {
  if (frames) return *frames;
  if (!ms) return otherwise;
  if (!rate) {
    return absl::InvalidArgumentError(fmt::format(
        "'window' is given in milliseconds, so the source needs 'rate_hz'; or say '{}'", key));
  }
  const double exact = static_cast<double>(*ms) * *rate / 1000.0;
  const double rounded = std::round(exact);
  if (rounded > kMostFrames) {
    return absl::InvalidArgumentError(
        fmt::format("{} ms are {} samples at {} Hz, and {} are the most: say fewer", *ms, rounded,
                    *rate, kMostFrames));
  }
  if (rounded < 1 || std::abs(exact - rounded) > 0.001) {
    return absl::InvalidArgumentError(fmt::format(
        "{} ms are {:.3f} samples at {} Hz, which is no whole number; say '{}' in samples", *ms,
        exact, *rate, key));
  }
  return static_cast<std::size_t>(rounded);
}

// The rate of the windows: the task's where the stream is brought to it. Errors where the two
// differ and nobody said what then.
absl::StatusOr<std::optional<double>> WindowRate(const WindowingOptions& options,
                                                 const Task& task) {
  const std::optional<double> task_rate = task.input_rate_hz;
  if (!options.rate_hz) {
    if (!options.resample) return task_rate;
    return absl::InvalidArgumentError("'resample: true' needs the source's 'rate_hz'");
  }
  const double rate = *options.rate_hz;
  if (!task_rate && options.resample) {
    return absl::InvalidArgumentError(
        fmt::format("'resample: true' needs a 'rate_hz' in the input of task {}", task.name));
  }
  if (!task_rate || *task_rate == rate || options.resample) return task_rate ? task_rate : rate;
  return absl::InvalidArgumentError(fmt::format(
      "the source samples at {} Hz, task {} was trained at {} Hz: say 'resample: true', or let it "
      "sample at the task's rate",
      rate, task.name, *task_rate));
}

std::optional<FilterOptions> FilterOf(const Task& task) {
  if (!task.input_filter) return std::nullopt;
  const InputFilter& filter = *task.input_filter;
  return FilterOptions{.kind = static_cast<FilterKind>(filter.type),
                       .order = static_cast<int>(filter.order),
                       .cutoff_hz = filter.hz.value_or(0.0F),
                       .low_hz = filter.low_hz.value_or(0.0F),
                       .high_hz = filter.high_hz.value_or(0.0F)};
}

absl::StatusOr<ConditionerOptions> OptionsFor(const WindowingOptions& options, const Task& task,
                                              std::size_t channels) {
  const std::optional<WindowShape> shape = ShapeFor(task.input_shape, channels);
  if (!shape) {
    return absl::InvalidArgumentError(
        fmt::format("the source has {} channel{} a sample, but task {} has windows of {}: {}",
                    channels, channels == 1 ? "" : "s", task.name, ToString(task.input_shape),
                    WhatFits(task.input_shape)));
  }
  const auto rate = WindowRate(options, task);
  if (!rate.ok()) return rate.status();
  const auto samples =
      FramesOf(options.window.samples, options.window.length_ms, *rate, "samples", shape->samples);
  if (!samples.ok()) return samples.status();
  if (*samples != shape->samples) {
    return absl::InvalidArgumentError(fmt::format(
        "'window' has {} samples, those of task {} have {}", *samples, task.name, shape->samples));
  }
  const auto hop = FramesOf(options.window.hop, options.window.hop_ms, *rate, "hop", *samples);
  if (!hop.ok()) return hop.status();
  ConditionerOptions conditioner{.shape = *shape,
                                 .hop = *hop,
                                 .on_gap = options.on_gap,
                                 .rate_hz = options.rate_hz.value_or(0.0F),
                                 .scale = options.scale,
                                 .offset = options.offset,
                                 .filter = FilterOf(task),
                                 .settle_filter = true};
  if (!options.rate_hz && *rate) conditioner.rate_hz = **rate;
  if (options.resample) conditioner.resample_hz = *rate;
  return conditioner;
}

template <typename Number>
void Round(std::span<const float> values, std::vector<std::byte>& bytes) {
  constexpr float kLeast = std::numeric_limits<Number>::min();
  constexpr float kMost = std::numeric_limits<Number>::max();
  bytes.resize(values.size() * sizeof(Number));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto number = static_cast<Number>(std::clamp(std::nearbyint(values[i]), kLeast, kMost));
    std::memcpy(bytes.data() + i * sizeof(Number), &number, sizeof(Number));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<FrameFeed>> FrameFeed::Make(const WindowingOptions& options,
                                                           std::size_t channels, const Task& task,
                                                           Pace pace) {
  const auto conditioner_options = OptionsFor(options, task, channels);
  if (!conditioner_options.ok()) return conditioner_options.status();
  return MakeFrom(*conditioner_options, conditioner_options->shape, options.gate, task,
                  pace == Pace::kSensors ? conditioner_options->rate_hz : 0.0);
}

absl::StatusOr<std::unique_ptr<FrameFeed>> FrameFeed::MakeOfWindows(const WindowingOptions& options,
                                                                    const Task& task) {
  if (options.window != StreamWindow{} || options.resample) {
    return absl::InvalidArgumentError(
        "what the sensor gives is a whole window each: 'window' and 'resample' have no meaning");
  }
  if (task.input_filter) {
    return absl::InvalidArgumentError(
        fmt::format("task {} has an input filter, which needs a stream of samples; what the sensor "
                    "gives is a whole window each",
                    task.name));
  }
  const auto values = static_cast<std::size_t>(ElementCount(task.input_shape).value_or(0));
  return MakeFrom({.shape = {values, 1, WindowLayout::kPlanar},
                   .hop = 1,
                   .scale = options.scale,
                   .offset = options.offset},
                  {1, values, WindowLayout::kPlanar}, options.gate, task, 0.0);
}

absl::StatusOr<std::unique_ptr<FrameFeed>> FrameFeed::MakeFrom(const ConditionerOptions& options,
                                                               const WindowShape& seen,
                                                               const StreamGate& gate_options,
                                                               const Task& task, double rate_hz) {
  auto conditioner = Conditioner::Make(options);
  if (!conditioner.ok()) return conditioner.status();
  auto gate = WindowGate::Make({gate_options.type, gate_options.above, gate_options.hold}, seen);
  if (!gate.ok()) return gate.status();
  return std::unique_ptr<FrameFeed>(new FrameFeed(*std::move(conditioner), *std::move(gate), task,
                                                  options.shape.channels, rate_hz));
}

FrameFeed::FrameFeed(Conditioner conditioner, WindowGate gate, const Task& task,
                     std::size_t channels, double rate_hz)
    : conditioner_(std::move(conditioner)),
      gate_(std::move(gate)),
      monitor_(rate_hz),
      sink_([this](std::span<const float> window, SteadyTime captured_at) {
        OnWindow(window, captured_at);
      }),
      dtype_(task.input_dtype),
      shape_(task.input_shape),
      channels_(channels),
      rate_hz_(rate_hz) {}

void FrameFeed::Begin(SampleInbox& inbox, SteadyTime now) {
  inbox_ = &inbox;
  not_before_ = last_at_ = now;
  conditioner_.Restart();
  monitor_.Restart();
}

void FrameFeed::Push(std::span<const float> frames, SteadyTime last_at) {
  if (const auto measured = monitor_.OnFrames(frames.size() / channels_, last_at)) {
    inbox_->OffRate(
        fmt::format("the source gives {:.4g} samples a second, not the {:g} that are said: windows "
                    "are not as long as the task's; mend the rate that the fleet file says, or the "
                    "sensor's clock",
                    *measured, rate_hz_));
  }
  // Frames that cannot be read cut what came at once in pieces.
  if (last_at != last_at_) not_before_ = std::exchange(last_at_, last_at);
  conditioner_.Push(frames, last_at, sink_);
}

void FrameFeed::Gap(std::uint64_t frames) {
  inbox_->Gap(frames);
  monitor_.OnMissing(frames);
  conditioner_.Gap(frames, sink_);
}

void FrameFeed::Refuse(std::string_view reason, const std::string& what) {
  inbox_->Refuse(reason, what);
  monitor_.OnMissing(1);
  conditioner_.Gap(1, sink_);
}

void FrameFeed::OnWindow(std::span<const float> window, SteadyTime captured_at) {
  captured_at = std::max(captured_at, std::min(not_before_, last_at_) - conditioner_.Lag());
  if (!gate_.Passes(window, captured_at)) return inbox_->Spare();
  Sample sample;
  sample.window.dtype = dtype_;
  sample.window.shape = shape_;
  switch (dtype_) {
    case DType::kFloat32: {
      const auto bytes = std::as_bytes(window);
      sample.window.data.assign(bytes.begin(), bytes.end());
      break;
    }
    case DType::kInt16:
      Round<std::int16_t>(window, sample.window.data);
      break;
    case DType::kUint8:
      Round<std::uint8_t>(window, sample.window.data);
      break;
  }
  inbox_->Put(std::move(sample), captured_at);
}

}  // namespace biglittle
