// Listeners' topics on one connection of its session after another. For use inside wire/ only.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "wire/message.h"
#include "wire/mqtt/paho_connection.h"
#include "wire/mqtt/topic_listener.h"

namespace biglittle::wire {

// The session's thread, but where it is said.
class ListenerSubscription {
 public:
  // `listener` is not nullptr.
  explicit ListenerSubscription(std::shared_ptr<TopicListener> listener)
      : listener_(std::move(listener)) {}

  // Subscribes, and tells the listener what came of it. PermissionDenied: refused, which is the
  // listener's trouble alone. Any other error: the connection is not to be trusted.
  absl::Status Subscribe(PahoConnection& connection);
  // It was refused a while ago: time to ask again.
  bool Due() const;
  void Disconnected();

  const std::string& topic() const { return listener_->topic(); }
  // Any thread. The listener, if it hears that topic; else nullptr.
  TopicListener* Of(const std::string& topic) const {
    return listener_->topic() == topic ? listener_.get() : nullptr;
  }

 private:
  const std::shared_ptr<TopicListener> listener_;

  std::optional<SteadyTime> ask_again_at_;
};

// Those of all listeners of a session.
class ListenerSubscriptions {
 public:
  // Those that are nullptr are left out.
  explicit ListenerSubscriptions(const std::vector<std::shared_ptr<TopicListener>>& listeners);

  std::vector<ListenerSubscription>& each() { return each_; }
  void Disconnected();
  // Their topics behind these.
  std::vector<std::string> BehindThose(std::vector<std::string> filters) const;

  // Any thread.
  TopicListener* Of(const std::string& topic) const {
    for (const ListenerSubscription& one : each_) {
      if (TopicListener* listener = one.Of(topic)) return listener;
    }
    return nullptr;
  }

 private:
  std::vector<ListenerSubscription> each_;  // constant in number after construction
};

}  // namespace biglittle::wire
