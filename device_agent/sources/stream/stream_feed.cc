#include "device_agent/sources/stream/stream_feed.h"

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

}  // namespace

absl::StatusOr<std::unique_ptr<StreamFeed>> StreamFeed::Make(const StreamOptions& options,
                                                             const Task& task, Pace pace) {
  std::unique_ptr<FrameReader> reader = MakeReader(options.format, task);
  const bool windows = AreWindows(options.format, reader->channels(), task);
  auto feed = windows ? FrameFeed::MakeOfWindows(options, task)
                      : FrameFeed::Make(options, reader->channels(), task, pace);
  if (!feed.ok()) return feed.status();
  return std::unique_ptr<StreamFeed>(new StreamFeed(std::move(reader), *std::move(feed)));
}

StreamFeed::StreamFeed(std::unique_ptr<FrameReader> reader, std::unique_ptr<FrameFeed> feed)
    : reader_(std::move(reader)), feed_(std::move(feed)) {}

void StreamFeed::Begin(SampleInbox& inbox, SteadyTime now) {
  feed_->Begin(inbox, now);
  reader_->Reset();
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
  frames_.insert(frames_.end(), values.begin(), values.end());
}

void StreamFeed::OnRefused(std::string_view reason, const std::string& what) {
  Flush();
  feed_->Refuse(reason, what);
}

void StreamFeed::Flush() {
  if (!frames_.empty()) feed_->Push(frames_, now_);
  frames_.clear();
}

}  // namespace biglittle
