// A look at the broker after a connection failed, to learn why: Paho says no more than that it did.
// It connects as the session does and reads the broker's answer itself.
#pragma once

#include <functional>
#include <optional>

#include "core/clock.h"
#include "core/fleet/broker_config.h"
#include "wire/connect/connect_trouble.h"
#include "wire/mqtt_packets.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

// kNone if nothing is wrong. `tls` absent: without a handshake. `connect` absent: nothing is said
// in MQTT; otherwise it is sent, and what the broker takes is ended cleanly at once, so nobody else
// may be connected with that client id. Returns kNone soon after `cancelled` returns true, and
// after 11 s at the latest. Thread-safe; blocks.
Trouble ProbeBroker(const BrokerConfig& broker, const std::optional<TlsFiles>& tls,
                    const std::optional<ConnectPacket>& connect,
                    const std::function<bool()>& cancelled);

}  // namespace biglittle::wire
