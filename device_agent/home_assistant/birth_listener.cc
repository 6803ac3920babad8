#include "device_agent/home_assistant/birth_listener.h"

#include <utility>

namespace biglittle {

BirthListener::BirthListener(std::string topic, std::string payload, std::function<void()> wake)
    : topic_(std::move(topic)), payload_(std::move(payload)), wake_(std::move(wake)) {}

void BirthListener::OnTopicMessage(wire::Message&& message) {
  if (message.payload != payload_) return;
  birth_ = true;
  wake_();
}

void BirthListener::OnTopicState(const absl::Status& state) {
  const std::lock_guard lock(mutex_);
  if (absl::IsPermissionDenied(state)) trouble_ = std::string(state.message());
  if (state.ok()) trouble_.clear();
}

std::string BirthListener::Trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

}  // namespace biglittle
