#include "wire/http/health_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <list>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/program/descriptors.h"
#include "wire/http/http_request.h"
#include "wire/http/listening_socket.h"

namespace biglittle::wire {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
constexpr std::string_view kMetricsText = "text/plain; version=0.0.4; charset=utf-8";
// Where the machine has no descriptors left, asking again at once would only burn its time.
constexpr Milliseconds kAcceptPause{100};

// One request, one answer. After the answer the rest of what the client says is read away: closing
// on unread bytes would reset the connection, and the answer with it.
struct Connection {
  Descriptor socket;
  SteadyTime deadline;
  std::string received = {};
  std::string answer = {};  // not empty: being sent
  std::size_t sent = 0;
  bool answered = false;

  short events() const { return !answer.empty() && !answered ? POLLOUT : POLLIN; }
};

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

class HealthServer::Impl {
 public:
  Impl(Descriptor listener, Descriptor wake, Pages pages)
      : listener_(std::move(listener)), wake_(std::move(wake)), pages_(std::move(pages)) {
    thread_ = std::thread([this] { ServeToTheEnd(); });
  }
  ~Impl() {
    const std::uint64_t one = 1;
    static_cast<void>(!write(wake_.get(), &one, sizeof(one)));
    thread_.join();
  }

 private:
  void ServeToTheEnd();
  void Serve();
  void Accept();
  // False: the connection is over.
  bool Advance(Connection& connection);
  bool Read(Connection& connection);
  bool Write(Connection& connection);
  std::string Answer(const HttpRequest& request) const;
  int WaitMilliseconds(SteadyTime now) const;

  const Descriptor listener_;
  const Descriptor wake_;  // readable: end
  const Pages pages_;

  // The thread's.
  std::list<Connection> connections_;  // the oldest first
  SteadyTime accept_again_at_;
  std::thread thread_;
};

// Without memory for an answer those who asked go away empty-handed, and the next may have luck.
void HealthServer::Impl::ServeToTheEnd() {
  for (;;) {
    try {
      return Serve();
    } catch (const std::exception&) {
      connections_.clear();
      accept_again_at_ = Clock::Real().Now() + kAcceptPause;
    }
  }
}

void HealthServer::Impl::Serve() {
  for (;;) {
    const SteadyTime now = Clock::Real().Now();
    std::erase_if(connections_, [&](const Connection& each) { return each.deadline <= now; });
    std::vector<pollfd> waited{
        {wake_.get(), POLLIN, 0},
        {listener_.get(), static_cast<short>(now >= accept_again_at_ ? POLLIN : 0), 0}};
    for (const Connection& each : connections_) {
      waited.push_back({each.socket.get(), each.events(), 0});
    }
    if (poll(waited.data(), waited.size(), WaitMilliseconds(now)) <= 0) continue;
    if (waited[0].revents != 0) return;
    std::size_t at = 2;
    for (auto each = connections_.begin(); each != connections_.end(); ++at) {
      each = waited[at].revents == 0 || Advance(*each) ? std::next(each) : connections_.erase(each);
    }
    if (waited[1].revents != 0) Accept();
  }
}

// -1: nothing but an event ends the wait.
int HealthServer::Impl::WaitMilliseconds(SteadyTime now) const {
  std::optional<SteadyTime> wake;
  if (accept_again_at_ > now) wake = accept_again_at_;
  if (!connections_.empty()) {
    wake = std::min(wake.value_or(SteadyTime::max()), connections_.front().deadline);
  }
  if (!wake) return -1;
  return static_cast<int>(std::chrono::ceil<Milliseconds>(*wake - now).count());
}

void HealthServer::Impl::Accept() {
  Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  const SteadyTime now = Clock::Real().Now();
  if (socket.get() < 0) {
    if (!WouldBlock() && errno != ECONNABORTED) accept_again_at_ = now + kAcceptPause;
    return;
  }
  // An honest client is done within milliseconds, so the oldest is the one that is not.
  if (connections_.size() >= kMaxConnections) connections_.pop_front();
  connections_.push_back({std::move(socket), now + kPatience});
}

bool HealthServer::Impl::Advance(Connection& connection) {
  return connection.events() == POLLOUT ? Write(connection) : Read(connection);
}

bool HealthServer::Impl::Read(Connection& connection) {
  char buffer[kMaxRequestBytes];
  const ssize_t count = recv(connection.socket.get(), buffer, sizeof(buffer), 0);
  if (count == 0) return false;
  if (count < 0) return WouldBlock();
  if (connection.answered) return true;
  connection.received.append(buffer, static_cast<std::size_t>(count));
  const std::optional<HttpRequest> request = ParseHttpRequest(connection.received);
  if (!request) return true;
  connection.answer = Answer(*request);
  return Write(connection);
}

bool HealthServer::Impl::Write(Connection& connection) {
  const std::string_view rest = std::string_view(connection.answer).substr(connection.sent);
  const ssize_t count = send(connection.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
  if (count < 0) return WouldBlock();
  connection.sent += static_cast<std::size_t>(count);
  if (connection.sent < connection.answer.size()) return true;
  connection.answered = true;
  return shutdown(connection.socket.get(), SHUT_WR) == 0;
}

std::string HealthServer::Impl::Answer(const HttpRequest& request) const {
  if (request.refusal != 0) {
    return EncodeHttpAnswer({request.refusal, "refused: GET /live, /ready or /metrics\n"},
                            kPlainText, false);
  }
  if (request.path == "/metrics") {
    return EncodeHttpAnswer({200, pages_.metrics()}, kMetricsText, request.head);
  }
  if (request.path == "/live" || request.path == "/ready") {
    const Verdict verdict = request.path == "/live" ? pages_.live() : pages_.ready();
    return EncodeHttpAnswer({verdict.good ? 200 : 503, verdict.text + "\n"}, kPlainText,
                            request.head);
  }
  return EncodeHttpAnswer({404, "there are /live, /ready and /metrics\n"}, kPlainText,
                          request.head);
}

absl::StatusOr<std::unique_ptr<HealthServer>> HealthServer::Start(const HealthConfig& config,
                                                                  Pages pages) {
  absl::StatusOr<Descriptor> listener = Listen(config);
  if (!listener.ok()) return listener.status();
  Descriptor wake(eventfd(0, EFD_CLOEXEC));
  if (wake.get() < 0) return TooFewDescriptors();
  auto impl = std::make_unique<Impl>(*std::move(listener), std::move(wake), std::move(pages));
  return std::unique_ptr<HealthServer>(new HealthServer(std::move(impl)));
}

HealthServer::HealthServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HealthServer::~HealthServer() = default;

}  // namespace biglittle::wire
