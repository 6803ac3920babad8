// Keeps Paho from asking the name service.
//
// Paho C 1.3.12 resolves the broker's name under the lock that all sessions of the process share,
// and then tries one address only (decision 019). So we look names up ourselves
// (broker_addresses.h), and what Paho asks the system for is answered with the address that is to
// be tried now.
#pragma once

struct addrinfo;

namespace biglittle::wire {

// Does nothing; whoever calls it is linked with our getaddrinfo(). It is the system's but for one
// thing: a name that BrokerAddresses::OfProcess() knows has one address, the current one.
void UsePahoNameLookup();

// The system's getaddrinfo(3), which may block for long.
int LookUpBySystem(const char* node, const char* service, const addrinfo* hints, addrinfo** found);

}  // namespace biglittle::wire
