#include "device_agent/results/result_batch.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace biglittle {
namespace {

// More than most results have: one allocation for each message of one.
constexpr std::size_t kUsualBytes = 1024;

}  // namespace

ResultBatch::ResultBatch(Limits limits, std::string topic, Send send)
    : limits_(limits), topic_(std::move(topic)), send_(std::move(send)) {}

void ResultBatch::Add(const wire::Result& result, Item item, SteadyTime now) {
  const std::size_t before = lines_.size();
  if (before == 0) lines_.reserve(kUsualBytes);
  if (before > 0) lines_ += '\n';
  AppendJson(result, lines_);
  // One more byte: the end of the last line.
  if (before > 0 && lines_.size() + 1 > limits_.max_bytes) {
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

}  // namespace biglittle
