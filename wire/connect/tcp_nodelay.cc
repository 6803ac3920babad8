#include "wire/connect/tcp_nodelay.h"

#include <dirent.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "wire/connect/broker_addresses.h"
#include "wire/connect/paho_name_lookup.h"

namespace biglittle::wire {
namespace {

// An address and port in IPv6 form, so that 127.0.0.1 and ::ffff:127.0.0.1 compare equal.
struct Endpoint {
  in6_addr address{};
  in_port_t port = 0;

  bool operator==(const Endpoint& other) const {
    return port == other.port && std::memcmp(&address, &other.address, sizeof(address)) == 0;
  }
};

// False for other families.
bool ToEndpoint(const sockaddr* from, Endpoint& out) {
  if (from->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, from, sizeof(v4));
    out.address.s6_addr[10] = 0xff;
    out.address.s6_addr[11] = 0xff;
    std::memcpy(&out.address.s6_addr[12], &v4.sin_addr, sizeof(v4.sin_addr));
    out.port = v4.sin_port;
    return true;
  }
  if (from->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, from, sizeof(v6));
    out.address = v6.sin6_addr;
    out.port = v6.sin6_port;
    return true;
  }
  return false;
}

std::vector<Endpoint> EndpointsOf(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  std::vector<Endpoint> endpoints;
  for (const std::string& address : BrokerAddresses::OfProcess().All(host)) {
    addrinfo* found = nullptr;
    if (LookUpBySystem(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
      continue;
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
    Endpoint endpoint;
    if (ToEndpoint(found->ai_addr, endpoint)) endpoints.push_back(endpoint);
  }
  return endpoints;
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

bool LeadsTo(int fd, std::span<const Endpoint> wanted) {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  // Fails for everything that is no connected socket, which is how those are passed over.
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return false;
  Endpoint endpoint;
  return ToEndpoint(reinterpret_cast<const sockaddr*>(&peer), endpoint) &&
         std::find(wanted.begin(), wanted.end(), endpoint) != wanted.end();
}

// By readdir: std::filesystem takes a page more of the stack, which every session's thread would
// have to keep.
std::vector<int> SocketsTo(const std::string& host, std::uint16_t port) {
  const std::vector<Endpoint> wanted = EndpointsOf(host, port);
  std::vector<int> sockets;
  const std::unique_ptr<DIR, CloseFolder> folder(opendir("/proc/self/fd"));
  if (!folder) return sockets;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    int fd = -1;
    if (std::from_chars(name.data(), name.data() + name.size(), fd).ec != std::errc()) continue;
    if (LeadsTo(fd, wanted)) sockets.push_back(fd);
  }
  return sockets;
}

}  // namespace

int SetTcpNoDelay(const std::string& host, std::uint16_t port) {
  int count = 0;
  const int on = 1;
  for (const int fd : SocketsTo(host, port)) {
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0) ++count;
  }
  return count;
}

NoDelayCount CountNoDelay(const std::string& host, std::uint16_t port) {
  NoDelayCount count;
  for (const int fd : SocketsTo(host, port)) {
    ++count.sockets;
    int value = 0;
    socklen_t size = sizeof(value);
    if (getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &size) == 0 && value != 0) {
      ++count.with_no_delay;
    }
  }
  return count;
}

}  // namespace biglittle::wire
