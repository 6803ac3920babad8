#include "wire/mqtt/listener_subscription.h"

#include <chrono>

namespace biglittle::wire {
namespace {

// Until the broker is asked again for a topic that it refused.
constexpr std::chrono::seconds kAskAgain{10};

}  // namespace

absl::Status ListenerSubscription::Subscribe(PahoConnection& connection) {
  ask_again_at_.reset();
  absl::Status subscribed =
      connection.Subscribe(listener_->topic(), {.qos = listener_->qos(),
                                                .retained = listener_->sees_retained(),
                                                .retain_as_published = listener_->sees_retained()});
  const bool refused = absl::IsPermissionDenied(subscribed);
  if (refused) ask_again_at_ = Clock::Real().Now() + kAskAgain;
  if (refused || subscribed.ok()) listener_->OnTopicState(subscribed);
  return subscribed;
}

bool ListenerSubscription::Due() const {
  return ask_again_at_ && Clock::Real().Now() >= *ask_again_at_;
}

void ListenerSubscription::Disconnected() {
  listener_->OnTopicState(absl::UnavailableError("no connection"));
}

ListenerSubscriptions::ListenerSubscriptions(
    const std::vector<std::shared_ptr<TopicListener>>& listeners) {
  for (const auto& listener : listeners) {
    if (listener != nullptr) each_.emplace_back(listener);
  }
}

void ListenerSubscriptions::Disconnected() {
  for (ListenerSubscription& one : each_) one.Disconnected();
}

std::vector<std::string> ListenerSubscriptions::BehindThose(
    std::vector<std::string> filters) const {
  for (const ListenerSubscription& one : each_) filters.push_back(one.topic());
  return filters;
}

}  // namespace biglittle::wire
