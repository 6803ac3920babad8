#include "device_agent/sources/mqtt/topic_messages.h"

namespace biglittle {

// Behind what was missed nothing waits until that was told: the windows have to know where it was.
void TopicMessages::OnTopicMessage(wire::Message&& message) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    const std::size_t bytes = waiting_bytes_ + message.payload.size();
    const bool room = waiting_.empty() || (waiting_.size() < kMaxMessages && bytes <= kMaxBytes);
    if (missed_ > 0 || !room) {
      ++missed_;
    } else {
      waiting_bytes_ = bytes;
      waiting_.push_back(std::move(message));
    }
  }
  changed_.notify_one();
}

void TopicMessages::OnTopicMessageDropped() {
  {
    const std::lock_guard lock(mutex_);
    ++missed_;
  }
  changed_.notify_one();
}

void TopicMessages::OnTopicState(const absl::Status& state) {
  {
    const std::lock_guard lock(mutex_);
    if (absl::IsPermissionDenied(state)) {
      refusal_ = state;
    } else if (state.ok()) {
      refusal_ = absl::OkStatus();
      connected_ = true;
    } else if (std::exchange(connected_, false)) {
      ++missed_;
    }
  }
  changed_.notify_one();
}

void TopicMessages::Begin() {
  const std::lock_guard lock(mutex_);
  waiting_.clear();
  waiting_bytes_ = 0;
  missed_ = 0;
  closed_ = false;
}

std::optional<TopicMessages::Item> TopicMessages::Next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock,
                [this] { return closed_ || !waiting_.empty() || missed_ > 0 || !refusal_.ok(); });
  if (closed_) return std::nullopt;
  if (!waiting_.empty()) {
    wire::Message message = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= message.payload.size();
    return Item(std::move(message));
  }
  if (missed_ > 0) return Item(MissedMessages{std::exchange(missed_, 0)});
  return Item(refusal_);
}

void TopicMessages::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

}  // namespace biglittle
