#include "core/program/stop_signal.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace biglittle {
namespace {

// A handler, not sigwait in a thread: libraries begin threads before main (OpenBLAS does), in which
// the signals are not blocked.
int wake_fd = -1;

void Wake() {
  const std::uint64_t one = 1;
  const int saved = errno;
  static_cast<void>(!write(wake_fd, &one, sizeof(one)));
  errno = saved;
}

void OnSignal(int) { Wake(); }

void SetHandler(int signal_number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(signal_number, &action, nullptr);
}

bool IsIgnored(int signal_number) {
  struct sigaction action {};
  return sigaction(signal_number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

StopSignal::StopSignal() {
  assert(wake_fd == -1);
  wake_fd = eventfd(0, EFD_CLOEXEC);
  if (wake_fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::thread([this] { Wait(); });
  SetHandler(SIGINT, &OnSignal);
  SetHandler(SIGTERM, &OnSignal);
  hangup_stops_ = !IsIgnored(SIGHUP);
  if (hangup_stops_) SetHandler(SIGHUP, &OnSignal);
  SetHandler(SIGPIPE, SIG_IGN);
}

StopSignal::~StopSignal() {
  SetHandler(SIGINT, SIG_DFL);
  SetHandler(SIGTERM, SIG_DFL);
  if (hangup_stops_) SetHandler(SIGHUP, SIG_DFL);
  done_.store(true, std::memory_order_release);
  Wake();
  thread_.join();
  close(wake_fd);
  wake_fd = -1;
}

void StopSignal::OnStop(std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  action_ = std::move(action);
  if (requested() && action_) std::exchange(action_, {})();
}

void StopSignal::Wait() {
  std::uint64_t count = 0;
  while (read(wake_fd, &count, sizeof(count)) == sizeof(count) || errno == EINTR) {
    if (done_.load(std::memory_order_acquire)) return;
    const std::lock_guard lock(mutex_);
    requested_.store(true, std::memory_order_release);
    if (action_) std::exchange(action_, {})();
  }
}

}  // namespace biglittle
