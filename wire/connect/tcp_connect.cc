#include "wire/connect/tcp_connect.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "wire/connect/broker_addresses.h"
#include "wire/connect/paho_name_lookup.h"

namespace biglittle::wire {
namespace {

constexpr int kStepMs = 20;

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

// 0, or errno; ETIMEDOUT when the patience is over.
int Connect(int fd, const addrinfo& to, const Patience& patience) {
  if (connect(fd, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!WaitFor(fd, POLLOUT, patience)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// `fd` is set where it returns 0, else errno.
int ConnectTo(const std::string& address, std::uint16_t port, const Patience& patience, int& fd) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (LookUpBySystem(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return EAFNOSUPPORT;
  }
  const std::unique_ptr<addrinfo, FreeAddresses> owner(found);
  fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  const int error = Connect(fd, *found, patience);
  if (error != 0) close(fd);
  return error;
}

}  // namespace

bool WaitFor(int fd, short events, const Patience& patience) {
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  while (!patience.over()) {
    if (poll(&entry, 1, kStepMs) > 0) return true;
  }
  return false;
}

std::variant<int, Trouble> ConnectTcp(const BrokerConfig& broker, const Patience& patience) {
  const auto known = BrokerAddresses::OfProcess().LookUp(broker.host, patience);
  if (const auto* trouble = std::get_if<Trouble>(&known)) return *trouble;
  const auto& addresses = std::get<BrokerAddresses::Addresses>(known);
  Trouble trouble{Trouble::Kind::kNotReachable, 0, ""};
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto share = (patience.deadline - now) / static_cast<int>(addresses.size() - i);
    int fd = -1;
    trouble.code = ConnectTo(addresses[i], broker.port, {now + share, patience.cancelled}, fd);
    if (trouble.code == 0) return fd;
    if (patience.cancelled()) return Trouble{};
    if (addresses.size() == 1) break;
    if (i > 0) trouble.text += ", ";
    trouble.text += fmt::format("{}: {}", addresses[i], std::strerror(trouble.code));
  }
  return trouble;
}

}  // namespace biglittle::wire
