#include "wire/connect/broker_probe.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <variant>

#include "wire/connect/probe_tls.h"
#include "wire/connect/tcp_connect.h"

namespace biglittle::wire {
namespace {

using Kind = Trouble::Kind;

// For connecting and for the handshake, each. Short: meanwhile nobody tries to connect again.
constexpr Milliseconds kLongestWait{2000};

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

// A connection in the clear or in TLS, as a stream of bytes.
class Stream {
 public:
  // `tls` absent: in the clear.
  Stream(int fd, ProbeTls* tls, const Patience& patience)
      : fd_(fd), tls_(tls), patience_(patience) {}

  // kNone if all was handed over, or the patience is over.
  Trouble Write(std::string_view bytes) {
    if (tls_ != nullptr) return tls_->Write(bytes, patience_);
    while (!bytes.empty() && WaitFor(fd_, POLLOUT, patience_)) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) return {Kind::kClosedAtConnect, 0, ""};
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
  }
  // Appends what comes next to `into`; nothing if the patience is over.
  Trouble Read(std::string& into) {
    if (tls_ != nullptr) return tls_->Read(into, patience_);
    if (!WaitFor(fd_, POLLIN, patience_)) return {};
    char buffer[512];
    const ssize_t count = recv(fd_, buffer, sizeof(buffer), 0);
    if (count <= 0) return {Kind::kClosedAtConnect, 0, ""};
    into.append(buffer, static_cast<std::size_t>(count));
    return {};
  }
  bool over() const { return patience_.over(); }
  bool cancelled() const { return patience_.cancelled(); }

 private:
  const int fd_;
  ProbeTls* const tls_;
  const Patience& patience_;
};

Trouble OfAnswer(const absl::StatusOr<Connack>& answer) {
  if (answer.status().code() == absl::StatusCode::kUnimplemented) return {Kind::kOldMqtt, 0, ""};
  if (!answer.ok()) return {Kind::kNotMqtt, 0, ""};
  if (answer->reason_code < kFirstFailure) return {};
  return {Kind::kRefused, answer->reason_code, answer->reason_string, answer->server_reference};
}

// Our greeting, and what the broker answers to it.
Trouble Greet(Stream stream, const ConnectPacket& connect) {
  constexpr std::size_t kLongest = 64U << 10U;
  constexpr std::string_view kDisconnect("\xE0\0", 2);
  constexpr std::string_view kTlsAlert = "\x15\x03";  // RFC 8446, section 5.1
  if (Trouble lost = stream.Write(Encode(connect)); lost.kind != Kind::kNone) return lost;
  std::string bytes;
  for (;;) {
    if (bytes.starts_with(kTlsAlert)) return {Kind::kWantsTls, 0, ""};
    const auto size = PacketSize(bytes);
    if (!size.ok() || (size->has_value() && **size > kLongest)) return {Kind::kNotMqtt, 0, ""};
    if (size->has_value() && **size <= bytes.size()) {
      const Trouble trouble = OfAnswer(DecodeConnack(std::string_view(bytes).substr(0, **size)));
      static_cast<void>(stream.Write(kDisconnect));
      return trouble;
    }
    if (Trouble lost = stream.Read(bytes); lost.kind != Kind::kNone) {
      return bytes.empty() ? lost : Trouble{Kind::kNotMqtt, 0, ""};
    }
    if (!stream.over()) continue;
    return stream.cancelled() ? Trouble{} : Trouble{Kind::kNoConnack, 0, ""};
  }
}

// Whether what hung up at a greeting in the clear answers one of TLS.
bool AnswersInTls(const BrokerConfig& broker, const Patience& patience) {
  const std::variant<int, Trouble> connected = ConnectTcp(broker, patience);
  if (std::holds_alternative<Trouble>(connected)) return false;
  const Socket socket(std::get<int>(connected));
  return ProbeTls::Answers(socket.fd(), patience);
}

}  // namespace

Trouble ProbeBroker(const BrokerConfig& broker, const std::optional<TlsFiles>& tls,
                    const std::optional<ConnectPacket>& connect,
                    const std::function<bool()>& cancelled) {
  const Milliseconds wait = std::min(broker.connect_timeout, kLongestWait);
  const auto from_now = [&] {
    return Patience{std::chrono::steady_clock::now() + wait, cancelled};
  };
  const std::variant<int, Trouble> connected = ConnectTcp(broker, from_now());
  if (const auto* trouble = std::get_if<Trouble>(&connected)) return *trouble;
  const Socket socket(std::get<int>(connected));
  if (!tls) {
    if (!connect) return {};
    const Patience patience = from_now();
    const Trouble trouble = Greet(Stream(socket.fd(), nullptr, patience), *connect);
    const bool hung_up = trouble.kind == Kind::kClosedAtConnect;
    return hung_up && AnswersInTls(broker, from_now()) ? Trouble{Kind::kWantsTls, 0, ""} : trouble;
  }
  std::variant<ProbeTls, Trouble> made = ProbeTls::Make(socket.fd(), *tls, broker.host);
  if (const auto* trouble = std::get_if<Trouble>(&made)) return *trouble;
  auto& connection = std::get<ProbeTls>(made);
  const Trouble handshake = connection.Handshake(from_now());
  if (handshake.kind != Kind::kNone || cancelled()) return handshake;
  if (!connect) return connection.Verdict(cancelled);
  const Patience patience = from_now();
  return Greet(Stream(socket.fd(), &connection, patience), *connect);
}

}  // namespace biglittle::wire
