#include "core/program/service_notify.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/shown_text.h"
#include "core/text.h"

namespace biglittle {
namespace {

// A service manager that does not read may not stop us for longer.
constexpr timeval kPatience{0, 100'000};
// Beyond it a number is a mistake; 100 years.
constexpr std::int64_t kLongestWatchdogUs = 3'155'760'000'000'000;

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// Empty where `name` names no socket that can be.
std::string AddressOf(const std::string& name) {
  sockaddr_un address{};
  const bool absolute = !name.empty() && (name.front() == '/' || name.front() == '@');
  if (!absolute || name.size() < 2 || name.size() >= sizeof(address.sun_path)) return "";
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name.front() == '@') address.sun_path[0] = '\0';
  // A path ends in a zero byte, an abstract name by the length.
  const std::size_t length = offsetof(sockaddr_un, sun_path) + name.size() + (name[0] == '/');
  return {reinterpret_cast<const char*>(&address), length};
}

int OpenSocket() {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  return fd;
}

}  // namespace

ServiceNotify ServiceNotify::FromEnvironment() {
  std::optional<std::chrono::microseconds> watchdog;
  const std::string_view pid = Variable("WATCHDOG_PID");
  if (pid.empty() || ParseNumber<std::int64_t>(pid) == std::int64_t{getpid()}) {
    const std::optional<std::int64_t> wait = ParseNumber<std::int64_t>(Variable("WATCHDOG_USEC"));
    if (wait && *wait > 0 && *wait <= kLongestWatchdogUs) {
      watchdog = std::chrono::microseconds(*wait);
    }
  }
  return ServiceNotify(std::string(Variable("NOTIFY_SOCKET")), watchdog);
}

ServiceNotify::ServiceNotify(const std::string& socket,
                             std::optional<std::chrono::microseconds> watchdog)
    : address_(AddressOf(socket)), fd_(address_.empty() ? -1 : OpenSocket()), watchdog_(watchdog) {}

ServiceNotify::ServiceNotify(ServiceNotify&& other) noexcept
    : address_(std::move(other.address_)),
      fd_(std::exchange(other.fd_, -1)),
      watchdog_(other.watchdog_) {}

ServiceNotify::~ServiceNotify() {
  if (fd_ >= 0) close(fd_);
}

std::optional<std::chrono::microseconds> ServiceNotify::watchdog_interval() const {
  if (fd_ < 0 || !watchdog_) return std::nullopt;
  return *watchdog_ / 2;
}

void ServiceNotify::Ready(std::string_view status) const {
  Send(fmt::format("READY=1\nSTATUS={}", Shown(status)));
}

void ServiceNotify::Reloading() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t microseconds = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  Send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", microseconds));
}

void ServiceNotify::Stopping() const { Send("STOPPING=1"); }

void ServiceNotify::Status(std::string_view status) const {
  Send(fmt::format("STATUS={}", Shown(status)));
}

void ServiceNotify::Watchdog() const { Send("WATCHDOG=1"); }

void ServiceNotify::Send(const std::string& text) const {
  if (fd_ < 0) return;
  static_cast<void>(sendto(fd_, text.data(), text.size(), MSG_NOSIGNAL,
                           reinterpret_cast<const sockaddr*>(address_.data()),
                           static_cast<socklen_t>(address_.size())));
}

}  // namespace biglittle
