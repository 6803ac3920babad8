#include "device_agent/sources/stream/stream_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>

#include "core/tensor.h"

namespace biglittle {
namespace {

std::unique_ptr<FrameReader> MakeReader(const SampleFormat& format, const Task& task) {
  if (const auto* csv = std::get_if<CsvFormat>(&format)) return std::make_unique<CsvFrames>(*csv);
  if (const auto* json = std::get_if<NdjsonFormat>(&format)) {
    return std::make_unique<NdjsonFrames>(*json);
  }
  if (const auto* raw = std::get_if<RawFormat>(&format)) return std::make_unique<RawFrames>(*raw);
  return std::make_unique<NpyFrames>(task.input_shape);
}

// Each frame is a whole window, in its order: NumPy's arrays, and frames of as many numbers as an
// image has. (A vector of features is both a window and a sample.)
bool AreWindows(const SampleFormat& format, std::size_t channels, const Task& task) {
  if (std::holds_alternative<NpyFormat>(format)) return true;
  const auto is_side = [](std::int64_t size) { return size != 1; };
  return std::ranges::count_if(task.input_shape, is_side) > 1 &&
         ElementCount(task.input_shape) == static_cast<std::int64_t>(channels);
}

bool HasTime(const SampleFormat& format) {
  if (const auto* csv = std::get_if<CsvFormat>(&format)) return !csv->time.empty();
  const auto* json = std::get_if<NdjsonFormat>(&format);
  return json != nullptr && json->time.has_value();
}

// What a format says is looked at where it is read; not everybody has it from a file.
absl::Status CheckFormat(const StreamOptions& options) {
  if (options.timestamp == TimestampBy::kSource && !HasTime(options.format)) {
    return absl::InvalidArgumentError(
        "'timestamp: source' needs a 'format' of csv or ndjson with a 'time'");
  }
  const auto* csv = std::get_if<CsvFormat>(&options.format);
  return csv == nullptr ? absl::OkStatus() : CsvFrames::Check(*csv);
}

std::optional<SourceClock> ClockFor(const StreamOptions& options, const Task& task) {
  if (options.timestamp == TimestampBy::kArrival) return std::nullopt;
  const std::optional<float> rate = options.rate_hz ? options.rate_hz : task.input_rate_hz;
  return SourceClock({.rate_hz = rate.value_or(0.0F), .max_age = options.max_age});
}

}  // namespace

absl::StatusOr<std::unique_ptr<StreamFeed>> StreamFeed::Make(const StreamOptions& options,
                                                             const Task& task, Pace pace) {
  if (absl::Status good = CheckFormat(options); !good.ok()) return good;
  std::unique_ptr<FrameReader> reader = MakeReader(options.format, task);
  const bool windows = AreWindows(options.format, reader->channels(), task);
  auto feed = windows ? FrameFeed::MakeOfWindows(options, task)
                      : FrameFeed::Make(options, reader->channels(), task, pace);
  if (!feed.ok()) return feed.status();
  return std::unique_ptr<StreamFeed>(
      new StreamFeed(std::move(reader), *std::move(feed), ClockFor(options, task)));
}

StreamFeed::StreamFeed(std::unique_ptr<FrameReader> reader, std::unique_ptr<FrameFeed> feed,
                       std::optional<SourceClock> clock)
    : reader_(std::move(reader)), feed_(std::move(feed)), clock_(std::move(clock)) {}

void StreamFeed::Begin(SampleInbox& inbox, SteadyTime now) {
  feed_->Begin(inbox, now);
  reader_->Reset();
  if (clock_) clock_->Restart();
  time_.reset();
  frames_.clear();
}

absl::Status StreamFeed::OnBytes(std::string_view bytes, SteadyTime now) {
  now_ = now;
  absl::Status read = reader_->Read(bytes, *this);
  Flush();
  return read;
}

absl::Status StreamFeed::OnEnd(SteadyTime now) {
  now_ = now;
  absl::Status read = reader_->Finish(*this);
  Flush();
  return read;
}

void StreamFeed::OnFrames(std::span<const float> values) {
  if (clock_) {
    feed_->Push(values, TakenAt(values.size() / reader_->channels()));
    return;
  }
  frames_.insert(frames_.end(), values.begin(), values.end());
}

void StreamFeed::OnTime(double seconds) { time_ = seconds; }

void StreamFeed::OnNoTime(const std::string& what) {
  time_.reset();
  no_time_ = what;
}

// Tells what is missing before them.
SteadyTime StreamFeed::TakenAt(std::size_t frames) {
  const SourceClock::Taken taken = clock_->Take(time_, frames, now_);
  if (taken.doubt != SourceClock::Doubt::kNone) TellDoubt(taken);
  if (taken.missing > 0) feed_->Gap(taken.missing);
  time_.reset();
  return taken.at;
}

void StreamFeed::TellDoubt(const SourceClock::Taken& taken) {
  switch (taken.doubt) {
    case SourceClock::Doubt::kNone:
      return;
    case SourceClock::Doubt::kInvalid:
      return feed_->Doubt("time",
                          time_ ? fmt::format("{} s is no time of a clock", *time_) : no_time_);
    case SourceClock::Doubt::kJump:
      return feed_->Doubt("time_jump",
                          fmt::format("its clock has jumped by {:.3f} s", taken.off_seconds));
    case SourceClock::Doubt::kLate:
      return feed_->Doubt(
          "time_late",
          fmt::format("by its clock a sample comes {:.3f} s late, more than max_age_ms",
                      taken.off_seconds));
  }
}

void StreamFeed::OnRefused(std::string_view reason, const std::string& what) {
  Flush();
  if (clock_) clock_->Skip(1);
  feed_->Refuse(reason, what);
}

void StreamFeed::Flush() {
  if (!frames_.empty()) feed_->Push(frames_, now_);
  frames_.clear();
}

}  // namespace biglittle
