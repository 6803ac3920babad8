#include "wire/mqtt/paho_socket_writes.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace biglittle::wire {

void UsePahoSocketWrites() {}

}  // namespace biglittle::wire

#if !defined(__SANITIZE_THREAD__)

namespace {

bool IsLostConnection(int error) {
  return error == EPIPE || error == ECONNRESET || error == ECONNABORTED || error == ETIMEDOUT ||
         error == ENETUNREACH || error == EHOSTUNREACH || error == ENETDOWN;
}

int OptionOf(int socket, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  return getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

// Pipes, files, local sockets and sockets that block are none of Paho's.
bool MayBePahos(int fd) {
  const int domain = OptionOf(fd, SO_DOMAIN);
  return (domain == AF_INET || domain == AF_INET6) && OptionOf(fd, SO_TYPE) == SOCK_STREAM &&
         (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

// What Paho is to see: a connection that is lost looks like one that is busy.
ssize_t WithoutLostConnection(int fd, ssize_t result) {
  if (result >= 0) return result;
  const int error = errno;
  errno = IsLostConnection(error) && MayBePahos(fd) ? EAGAIN : error;
  return result;
}

}  // namespace

// Straight to the kernel: signal handlers write too, and may not look symbols up.
extern "C" ssize_t write(int fd, const void* data, std::size_t size) {
  return WithoutLostConnection(fd, syscall(SYS_write, fd, data, size));
}

extern "C" ssize_t writev(int fd, const iovec* parts, int count) {
  return WithoutLostConnection(fd, syscall(SYS_writev, fd, parts, count));
}

#endif
