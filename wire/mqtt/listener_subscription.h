// A listener's topic on one connection of its session after another. For use inside wire/ only.
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
  // nullptr: nobody listens, and nothing of this does anything.
  explicit ListenerSubscription(std::shared_ptr<TopicListener> listener)
      : listener_(std::move(listener)) {}

  // Subscribes, and tells the listener what came of it. PermissionDenied: refused, which is the
  // listener's trouble alone. Any other error: the connection is not to be trusted.
  absl::Status Subscribe(PahoConnection& connection);
  // It was refused a while ago: time to ask again.
  bool Due() const;
  void Disconnected();
  // The topic, if there is one, behind these.
  std::vector<std::string> BehindThose(std::vector<std::string> filters) const;

  // Any thread. The listener, if it hears that topic; else nullptr.
  TopicListener* Of(const std::string& topic) const {
    return listener_ != nullptr && listener_->topic() == topic ? listener_.get() : nullptr;
  }

 private:
  const std::shared_ptr<TopicListener> listener_;

  std::optional<SteadyTime> ask_again_at_;
};

}  // namespace biglittle::wire
