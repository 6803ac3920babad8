#include "tests/chaos/tcp_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "cli/lab/broker_process.h"
#include "tests/support/loopback.h"

namespace biglittle::chaos {
namespace {

using std::chrono::steady_clock;

constexpr int kBacklog = 128;
constexpr int kFreePortTries = 5;
constexpr int kLongestPollMs = 1000;
// How soon a link of limited bandwidth is looked at again.
constexpr int kRefillMs = 2;

[[noreturn]] void Fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void Prepare(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// -1 if nobody listens there.
int ConnectTo(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return fd;
  close(fd);
  return -1;
}

}  // namespace

TcpProxy::TcpProxy(std::uint16_t broker_port, std::uint64_t seed)
    : broker_port_(broker_port), delays_(seed) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  // A port that the kernel chose at bind() would be lost with the first Refuse(); one that was
  // asked for stays. Somebody may take it in between: then another one.
  // Listening again beside the connections that still stand needs SO_REUSEADDR.
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  for (int attempt = 0; attempt < kFreePortTries && port_ == 0; ++attempt) {
    const std::uint16_t port = FreePort().value_or(0);
    const sockaddr_in address = Loopback(port);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
      port_ = port;
    }
  }
  if (wake_ < 0 || port_ == 0) Fail("a proxy's listener");
  Listen();
  thread_ = std::thread([this] { Run(); });
}

TcpProxy::~TcpProxy() {
  Do([this] { stopping_ = true; });
  thread_.join();
  connections_.clear();
  close(listener_);
  close(wake_);
}

void TcpProxy::SetDelay(LinkDelay delay) {
  Do([this, delay] { link_.delay = delay; });
}

void TcpProxy::SetBandwidth(std::uint64_t bytes_per_s) {
  Do([this, bytes_per_s] { link_.bytes_per_s = bytes_per_s; });
}

void TcpProxy::CutAll() {
  Do([this] {
    counters_.cut += connections_.size();
    connections_.clear();
  });
}

void TcpProxy::CutAfter(std::uint64_t bytes) {
  Do([this, bytes] {
    for (const auto& connection : connections_) connection->CutAfter(bytes);
  });
}

void TcpProxy::BlackHole() {
  Do([this] { link_.black_hole = true; });
}

void TcpProxy::Refuse() {
  Do([this] {
    // A listener that is shut down keeps its port, and refuses, until it listens again.
    if (!link_.refuse) shutdown(listener_, SHUT_RD);
    link_.refuse = true;
  });
}

void TcpProxy::Restore() {
  Do([this] {
    if (link_.refuse) Listen();
    link_ = Link{};
  });
}

TcpProxy::Counters TcpProxy::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void TcpProxy::Do(std::function<void()> change) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !change_; });
  change_ = std::move(change);
  const std::uint64_t one = 1;
  static_cast<void>(!write(wake_, &one, sizeof(one)));
  changed_.wait(lock, [this] { return !change_; });
}

void TcpProxy::Run() {
  while (Change()) {
    Pump();
    Poll();
  }
}

// False when it is time to end.
bool TcpProxy::Change() {
  std::uint64_t ignored = 0;
  static_cast<void>(!read(wake_, &ignored, sizeof(ignored)));
  const std::lock_guard lock(mutex_);
  if (change_) {
    change_();
    change_ = nullptr;
    changed_.notify_all();
  }
  return !stopping_;
}

void TcpProxy::Pump() {
  if (link_.black_hole) return;
  const SteadyTime now = steady_clock::now();
  up_.Refill(link_.bytes_per_s, now);
  down_.Refill(link_.bytes_per_s, now);
  // Where bandwidth is short everybody comes first in turn.
  if (connections_.size() > 1) {
    std::rotate(connections_.begin(), connections_.begin() + 1, connections_.end());
  }
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (!connections_[i]->Pump(now, up_, down_)) End(i);
  }
}

void TcpProxy::Poll() {
  const std::size_t count = connections_.size();
  std::vector<pollfd> entries(2 * count + 2);
  for (std::size_t i = 0; i < count; ++i) {
    connections_[i]->Await(link_.black_hole, entries[2 * i], entries[2 * i + 1]);
  }
  entries[2 * count] = {wake_, POLLIN, 0};
  entries[2 * count + 1] = {link_.refuse ? -1 : listener_, POLLIN, 0};
  if (poll(entries.data(), entries.size(), TimeoutMs(steady_clock::now())) <= 0) return;

  const SteadyTime now = steady_clock::now();
  for (std::size_t i = count; i-- > 0;) {
    const pollfd& client = entries[2 * i];
    const pollfd& broker = entries[2 * i + 1];
    if (client.revents == 0 && broker.revents == 0) continue;
    const SteadyTime up_due = now + delays_.Sample(link_.delay, now);
    const SteadyTime down_due = now + delays_.Sample(link_.delay, now);
    if (!connections_[i]->Take(client, broker, up_due, down_due)) End(i);
  }
  if ((entries[2 * count + 1].revents & POLLIN) != 0) Accept();
}

int TcpProxy::TimeoutMs(SteadyTime now) const {
  if (link_.black_hole) return kLongestPollMs;
  int timeout = kLongestPollMs;
  for (const auto& connection : connections_) {
    const std::optional<SteadyTime> due = connection->NextDue();
    if (!due) continue;
    // What is due already waits for bandwidth.
    const auto wait = std::chrono::ceil<Milliseconds>(*due - now).count();
    timeout = std::min(timeout, static_cast<int>(std::max<decltype(wait)>(
                                    wait, link_.bytes_per_s > 0 ? kRefillMs : 0)));
  }
  return timeout;
}

void TcpProxy::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int broker = ConnectTo(broker_port_);
  if (broker < 0) {
    close(client);
    return;
  }
  Prepare(client);
  Prepare(broker);
  connections_.push_back(std::make_unique<ProxyConnection>(client, broker));
  const std::lock_guard lock(mutex_);
  ++counters_.accepted;
}

void TcpProxy::Listen() {
  if (listen(listener_, kBacklog) != 0) Fail("a proxy's listener");
}

void TcpProxy::End(std::size_t index) {
  if (connections_[index]->was_cut()) {
    const std::lock_guard lock(mutex_);
    ++counters_.cut;
  }
  connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(index));
}

}  // namespace biglittle::chaos
