// Between our messages and Paho's. For use inside wire/ only: together with mqtt_session.cc the one
// place that sees Paho's headers.
#pragma once

#include <mqtt/async_client.h>

#include <optional>

#include "core/clock.h"
#include "core/fleet_config.h"
#include "wire/message.h"

namespace biglittle::wire {

// A message on its way out. The payload is shared, not copied, when it has to be sent again.
class OutgoingMessage {
 public:
  explicit OutgoingMessage(Message message);

  bool ExpiredAt(SteadyTime now) const;
  // Computes the message expiry from the time that is left at `now`.
  mqtt::const_message_ptr ToPaho(SteadyTime now) const;

 private:
  mqtt::binary_ref payload_;
  Message header_;  // its payload has moved to payload_
};

Message FromPaho(const mqtt::message& message, SteadyTime received_at);

mqtt::connect_options ConnectOptions(const BrokerConfig& broker, bool clean_start,
                                     const std::optional<Message>& will);

}  // namespace biglittle::wire
