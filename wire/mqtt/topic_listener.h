// Who hears, through the session that a program has anyway, a topic which is not what the session
// is for: a sensor's.
#pragma once

#include <string>

#include "absl/status/status.h"

#include "wire/message.h"

namespace biglittle::wire {

// Who implements it: the functions are called on the session's threads, until the session has
// stopped, and return at once: enqueue and nothing else.
class TopicListener {
 public:
  virtual ~TopicListener() = default;

  // All constant. A topic without wildcards; at which QoS to subscribe to it. What the broker has
  // retained of it is not sent, for nobody knows how old it is, unless the listener wants to see
  // it: then Message::retained tells it, also of what comes while somebody retains it.
  virtual const std::string& topic() const = 0;
  virtual int qos() const = 0;
  virtual bool sees_retained() const { return false; }

  virtual void OnTopicMessage(Message&& message) = 0;
  // A message was dropped, being larger than max_payload_bytes.
  virtual void OnTopicMessageDropped() = 0;
  // OK: it is subscribed to from now on. PermissionDenied: the broker refuses it, for a reason
  // given in one line; the session goes on without it, and asks again now and then. Unavailable:
  // there is no connection any more, so that messages may be missed.
  virtual void OnTopicState(const absl::Status& state) = 0;
};

}  // namespace biglittle::wire
