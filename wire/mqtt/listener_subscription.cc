#include "wire/mqtt/listener_subscription.h"

#include <chrono>

namespace biglittle::wire {
namespace {

// Until the broker is asked again for a topic that it refused.
constexpr std::chrono::seconds kAskAgain{10};

}  // namespace

absl::Status ListenerSubscription::Subscribe(PahoConnection& connection) {
  ask_again_at_.reset();
  if (listener_ == nullptr) return absl::OkStatus();
  absl::Status subscribed =
      connection.Subscribe(listener_->topic(), {.qos = listener_->qos(), .retained = false});
  const bool refused = absl::IsPermissionDenied(subscribed);
  if (refused) ask_again_at_ = Clock::Real().Now() + kAskAgain;
  if (refused || subscribed.ok()) listener_->OnTopicState(subscribed);
  return subscribed;
}

bool ListenerSubscription::Due() const {
  return ask_again_at_ && Clock::Real().Now() >= *ask_again_at_;
}

void ListenerSubscription::Disconnected() {
  if (listener_) listener_->OnTopicState(absl::UnavailableError("no connection"));
}

std::vector<std::string> ListenerSubscription::BehindThose(std::vector<std::string> filters) const {
  if (listener_) filters.push_back(listener_->topic());
  return filters;
}

}  // namespace biglittle::wire
