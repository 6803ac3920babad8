// A TCP connection that says why it cannot be had. For use inside wire/, and by sources
// that speak over TCP.
#pragma once

#include <variant>

#include "core/fleet/broker_config.h"
#include "wire/connect/connect_trouble.h"
#include "wire/connect/patience.h"

namespace biglittle::wire {

// True once `fd` is ready for one of `events` (poll(2)); false when the patience is over.
bool WaitFor(int fd, short events, const Patience& patience);

// The descriptor of a connected, non-blocking socket, to be closed by the caller; or the trouble,
// kNone if it was cancelled. Tries the addresses of the broker's name in turn, each for its share
// of the time.
std::variant<int, Trouble> ConnectTcp(const BrokerConfig& broker, const Patience& patience);

}  // namespace biglittle::wire
