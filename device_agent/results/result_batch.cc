#include "device_agent/results/result_batch.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "wire/mqtt_packets.h"

namespace biglittle {
namespace {

// More than most results have: one allocation for each message of one.
constexpr std::size_t kUsualBytes = 1024;

}  // namespace

ResultBatch::ResultBatch(Limits limits, std::string topic, Send send)
    : limits_(limits),
      topic_(std::move(topic)),
      send_(std::move(send)),
      max_bytes_(limits_.max_bytes) {}

void ResultBatch::SetMaxPacketBytes(std::size_t bytes) {
  wire::Message empty;
  empty.topic = topic_;
  empty.content_type = wire::kJsonLinesContent;
  const std::size_t frame = wire::PacketBytes(empty);
  max_bytes_ = std::min(limits_.max_bytes, bytes - std::min(bytes, frame));
}

void ResultBatch::Add(const wire::Result& result, Item item, SteadyTime now) {
  const std::size_t before = lines_.size();
  if (before == 0) lines_.reserve(kUsualBytes);
  if (before > 0) lines_ += '\n';
  AppendJson(result, lines_);
  // One more byte: the end of the last line.
  if (before > 0 && lines_.size() + 1 > max_bytes_) {
    std::string line = lines_.substr(before + 1);
    lines_.resize(before);
    Flush();
    lines_ = std::move(line);
  }
  items_.push_back(item);
  const SteadyTime due = DueOf(result, now);
  due_ = due_ ? std::min(*due_, due) : due;
  if (items_.size() >= limits_.max_results || *due_ <= now) Flush();
}

// The promise is a deadline for the published result, and lingering must not break it.
SteadyTime ResultBatch::DueOf(const wire::Result& result, SteadyTime now) const {
  if (limits_.max_results == 1) return now;
  const double left_ms =
      result.deadline_ms - result.total_ms - static_cast<double>(limits_.deadline_margin.count());
  const auto linger = static_cast<double>(limits_.linger.count());
  const std::chrono::duration<double, std::milli> wait(std::clamp(left_ms, 0.0, linger));
  return now + std::chrono::duration_cast<SteadyTime::duration>(wait);
}

void ResultBatch::OnTime(SteadyTime now) {
  if (due_ && now >= *due_) Flush();
}

void ResultBatch::Flush() {
  if (items_.empty()) return;
  const bool several = items_.size() > 1;
  if (several) lines_ += '\n';
  wire::Message message;
  message.topic = topic_;
  message.content_type = several ? wire::kJsonLinesContent : wire::kJsonContent;
  message.payload = std::exchange(lines_, {});
  due_.reset();
  send_(std::move(message), items_);
  items_.clear();
}

namespace {

wire::Message WithLines(const wire::Message& header, std::string_view lines) {
  wire::Message message = header;
  const bool several = std::ranges::count(lines, '\n') > 1;
  // One alone is a value, not a line.
  message.payload = several ? lines : lines.substr(0, lines.find('\n'));
  message.content_type = several ? wire::kJsonLinesContent : wire::kJsonContent;
  return message;
}

}  // namespace

std::pair<wire::Message, wire::Message> SplitLines(const wire::Message& message,
                                                   std::size_t lines) {
  const std::string_view all = message.payload;
  std::size_t end = 0;
  for (; lines > 0; --lines) end = all.find('\n', end) + 1;
  return {WithLines(message, all.substr(0, end)), WithLines(message, all.substr(end))};
}

}  // namespace biglittle
