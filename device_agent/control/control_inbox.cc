#include "device_agent/control/control_inbox.h"

#include <utility>

#include "wire/messages/control.h"

namespace biglittle {

ControlInbox::ControlInbox(std::string topic, std::function<void()> wake)
    : topic_(std::move(topic)),
      wake_(std::move(wake)),
      rate_(kPerSecond, Milliseconds(static_cast<int>(1000 * kBurst / kPerSecond))) {}

void ControlInbox::OnTopicMessage(wire::Message&& message) {
  {
    const std::lock_guard lock(mutex_);
    if (message.retained) {
      // Emptied: nothing is retained any more.
      if (!message.payload.empty()) ++retained_;
      return;
    }
    if (!rate_.Has(1, message.received_at) || waiting_.size() >= kBurst) {
      ++throttled_;
      return;
    }
    rate_.Take(1);
    // Whoever sent too much is told so by the reader.
    if (message.payload.size() > wire::kMaxControlBytes) {
      ++too_large_;
      message.payload.resize(wire::kMaxControlBytes + 1);
    }
    waiting_.push_back(std::move(message.payload));
  }
  wake_();
}

void ControlInbox::OnTopicMessageDropped() {
  const std::lock_guard lock(mutex_);
  ++too_large_;
}

void ControlInbox::OnTopicState(const absl::Status& state) {
  const std::lock_guard lock(mutex_);
  if (absl::IsPermissionDenied(state)) trouble_ = std::string(state.message());
  if (state.ok()) trouble_.clear();
}

std::optional<std::string> ControlInbox::Take() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  std::string payload = std::move(waiting_.front());
  waiting_.pop_front();
  return payload;
}

bool ControlInbox::empty() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty();
}

void ControlInbox::AddCounters(std::map<std::string, std::uint64_t>& counters) const {
  const std::lock_guard lock(mutex_);
  if (throttled_ > 0) counters["control_throttled"] = throttled_;
  if (retained_ > 0) counters["control_retained"] = retained_;
  if (too_large_ > 0) counters["control_too_large"] = too_large_;
}

std::string ControlInbox::Trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

}  // namespace biglittle
