// Whether a broker was seen to hold a revocation list.
#pragma once

#include <string>

#include "core/clock.h"
#include "core/fleet/broker_config.h"
#include "wire/tls/credentials.h"

namespace biglittle {

// Shows the broker a certificate that the list revokes, again and again for `patience`, at least
// once. Empty once the broker has refused it for that; else, in one line, what it did. Blocks, for
// some seconds beyond `patience` at the most.
std::string WhyUnconfirmed(const BrokerConfig& broker, const wire::TlsFiles& probe,
                           Milliseconds patience);

}  // namespace biglittle
