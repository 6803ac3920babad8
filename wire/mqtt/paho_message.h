// Between our messages and Paho's. For use inside wire/ only: together with paho_connection the one
// place that sees Paho's headers.
#pragma once

#include <mqtt/async_client.h>

#include <optional>
#include <string>

#include "core/clock.h"
#include "core/fleet/broker_config.h"
#include "wire/message.h"
#include "wire/mqtt/outbox.h"
#include "wire/mqtt_packets.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

// Computes the message expiry from the time that is left at `now`.
mqtt::const_message_ptr ToPaho(const SharedMessage& message, SteadyTime now);

Message FromPaho(const mqtt::message& message, SteadyTime received_at);

// What the broker said when it took the connection.
Connack ToConnack(const mqtt::connect_response& response);
// Empty where there is none; a stranger's bytes.
std::string ReasonStringOf(const mqtt::properties& list);
std::string ServerReferenceOf(const mqtt::properties& list);

mqtt::connect_options ConnectOptions(const BrokerConfig& broker, const Credentials& credentials,
                                     bool clean_start, const std::optional<Message>& will);

}  // namespace biglittle::wire
