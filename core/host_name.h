// What may stand where a machine is named: a host name, or an address, and nothing else beside it.
#pragma once

#include <string>
#include <string_view>

namespace biglittle {

// True for an IPv4 address, an IPv6 address (without brackets; a zone may follow: fe80::1%eth0), or
// a host name: at most 253 characters, levels of 1 to 63 of A-Z a-z 0-9 - _ between dots, none of
// which begins or ends with '-', and the last of which is not a number, since resolvers take such a
// name for an address (RFC 1123, 2.1).
bool IsHost(std::string_view text);

// What to write in place of a text that is no host, for the end of a message: ": write 'broker-1',
// and the port by itself: 1883". Empty where nothing can be made of it.
std::string HostMend(std::string_view text);

// A host as it stands in an address with a port: an IPv6 address in brackets.
std::string HostInUrl(std::string_view host);

}  // namespace biglittle
