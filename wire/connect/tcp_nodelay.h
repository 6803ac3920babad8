// Paho C before 1.3.16 leaves Nagle's algorithm on, which together with delayed acknowledgements
// costs 40 ms a hop, and has no option for it. This finds the sockets from outside. Where Paho does
// it itself, setting it again changes nothing.
#pragma once

#include <cstdint>
#include <string>

namespace biglittle::wire {

// Sets TCP_NODELAY on every socket of this process that is connected to host:port, by whichever of
// the name's known addresses (broker_addresses.h), and returns how many it found. Call it after
// each (re)connect. Touches no other socket. Thread-safe.
int SetTcpNoDelay(const std::string& host, std::uint16_t port);

// How many of those sockets there are, and on how many TCP_NODELAY is set. For tests.
struct NoDelayCount {
  int sockets = 0;
  int with_no_delay = 0;
};
NoDelayCount CountNoDelay(const std::string& host, std::uint16_t port);

}  // namespace biglittle::wire
