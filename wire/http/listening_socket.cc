#include "wire/http/listening_socket.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "core/program/descriptors.h"

namespace biglittle::wire {
namespace {

// A connection that finds this queue full is tried again by its client's kernel a second later,
// which is long for a probe.
constexpr int kWaitingConnections = 128;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// 0, or what the kernel says against it.
int BindAndListen(int fd, const addrinfo& address) {
  const int yes = 1;
  // A restarted program may have its port again while the old connections fade.
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(fd, address.ai_addr, address.ai_addrlen) != 0) return errno;
  return listen(fd, kWaitingConnections) != 0 ? errno : 0;
}

absl::Status CannotListen(const HealthConfig& where, int error) {
  const char* mend = "check health.host and health.port";
  if (error == EMFILE || error == ENFILE) return TooFewDescriptors();
  if (error == EADDRINUSE) mend = "another program has the port: give health.port another value";
  if (error == EADDRNOTAVAIL) mend = "health.host must be an address of this machine";
  if (error == EACCES) mend = "ports below 1024 are root's: give health.port another value";
  const std::string text = fmt::format("health: cannot listen on {}:{}: {}; {}", where.host,
                                       where.port, std::strerror(error), mend);
  return error == EACCES ? absl::PermissionDeniedError(text) : absl::UnavailableError(text);
}

}  // namespace

absl::StatusOr<Descriptor> Listen(const HealthConfig& where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(where.port);
  if (const int error = getaddrinfo(where.host.c_str(), port.c_str(), &hints, &list); error != 0) {
    return absl::UnavailableError(fmt::format(
        "health: cannot listen on {}: {}; health.host must be a name or an address of this machine",
        where.host, gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, FreeAddresses> owner(list);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    Descriptor socket_fd(socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket_fd.get() < 0) {
      error = errno;
      continue;
    }
    error = BindAndListen(socket_fd.get(), *at);
    if (error == 0) return socket_fd;
  }
  return CannotListen(where, error);
}

}  // namespace biglittle::wire
