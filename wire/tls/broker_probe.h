// A look at the broker after a connection failed, to learn why: Paho says no more than that it did.
// It connects, shakes hands as Paho would, and says nothing in MQTT.
#pragma once

#include <functional>
#include <optional>

#include "core/clock.h"
#include "core/fleet_config.h"
#include "wire/tls/connect_trouble.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

// kNone if nothing is wrong at this level. `tls` absent: looks at the TCP connection alone. Returns
// kNone soon after `cancelled` returns true, and in 5 s at the latest.
// Thread-safe; blocks.
Trouble ProbeBroker(const BrokerConfig& broker, const std::optional<TlsFiles>& tls,
                    const std::function<bool()>& cancelled);

}  // namespace biglittle::wire
