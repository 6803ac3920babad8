#include "wire/tls/tcp_connect.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace biglittle::wire {
namespace {

constexpr int kStepMs = 20;

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

struct Resolved {
  int error = 0;  // of getaddrinfo
  Addresses addresses;
};

Resolved Resolve(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  Resolved resolved;
  resolved.error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  resolved.addresses.reset(resolved.error == 0 ? found : nullptr);
  return resolved;
}

// 0, or errno; ETIMEDOUT when the patience is over.
int Connect(int fd, const addrinfo& to, const Patience& patience) {
  if (connect(fd, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!WaitFor(fd, POLLOUT, patience)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

bool Patience::over() const { return cancelled() || std::chrono::steady_clock::now() >= deadline; }

bool WaitFor(int fd, short events, const Patience& patience) {
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  while (!patience.over()) {
    if (poll(&entry, 1, kStepMs) > 0) return true;
  }
  return false;
}

std::variant<int, Trouble> ConnectTcp(const BrokerConfig& broker, const Patience& patience) {
  // On a thread that is left behind if need be: a name service that is away holds getaddrinfo for
  // longer than a program may take to stop.
  std::packaged_task<Resolved()> task(
      [host = broker.host, port = std::to_string(broker.port)] { return Resolve(host, port); });
  std::future<Resolved> future = task.get_future();
  std::thread(std::move(task)).detach();
  while (future.wait_for(Milliseconds(kStepMs)) != std::future_status::ready) {
    if (patience.cancelled()) return Trouble{};
    if (patience.over()) return Trouble{Trouble::Kind::kHostUnknown, 0, "no answer in time"};
  }
  const Resolved resolved = future.get();
  if (resolved.addresses == nullptr) {
    return Trouble{Trouble::Kind::kHostUnknown, 0, gai_strerror(resolved.error)};
  }
  int error = 0;
  for (const addrinfo* at = resolved.addresses.get(); at != nullptr; at = at->ai_next) {
    const int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
      error = errno;
      continue;
    }
    error = Connect(fd, *at, patience);
    if (error == 0) return fd;
    close(fd);
  }
  if (patience.cancelled()) return Trouble{};
  return Trouble{Trouble::Kind::kNotReachable, error, ""};
}

}  // namespace biglittle::wire
