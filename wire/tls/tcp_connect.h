// A TCP connection that says why it cannot be had. For use inside wire/tls/ only.
#pragma once

#include <functional>
#include <variant>

#include "core/clock.h"
#include "core/fleet_config.h"
#include "wire/tls/connect_trouble.h"

namespace biglittle::wire {

// Until when one waits, and what ends the wait before. All waits are in short steps.
struct Patience {
  SteadyTime deadline;
  const std::function<bool()>& cancelled;

  bool over() const;
};

// True once `fd` is ready for one of `events` (poll(2)); false when the patience is over.
bool WaitFor(int fd, short events, const Patience& patience);

// The descriptor of a connected, non-blocking socket, to be closed by the caller; or the trouble,
// kNone if it was cancelled.
std::variant<int, Trouble> ConnectTcp(const BrokerConfig& broker, const Patience& patience);

}  // namespace biglittle::wire
