// Between our messages and Paho's. For use inside wire/ only: together with paho_connection the one
// place that sees Paho's headers.
#pragma once

#include <mqtt/async_client.h>

#include <optional>

#include "core/clock.h"
#include "core/fleet_config.h"
#include "wire/message.h"
#include "wire/outbox.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

// Computes the message expiry from the time that is left at `now`.
mqtt::const_message_ptr ToPaho(const SharedMessage& message, SteadyTime now);

Message FromPaho(const mqtt::message& message, SteadyTime received_at);

mqtt::connect_options ConnectOptions(const BrokerConfig& broker, const Credentials& credentials,
                                     bool clean_start, const std::optional<Message>& will);

}  // namespace biglittle::wire
