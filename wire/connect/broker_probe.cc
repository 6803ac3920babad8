#include "wire/connect/broker_probe.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/text.h"
#include "wire/connect/tcp_connect.h"

namespace biglittle::wire {
namespace {

using Kind = Trouble::Kind;

// In TLS 1.3 the broker's verdict on our certificate comes after our side of the handshake is done.
constexpr Milliseconds kVerdict{1000};
// For connecting and for the handshake, each. Short: meanwhile nobody tries to connect again.
constexpr Milliseconds kLongestWait{2000};
// OpenSSL adds it to the number of an alert that it received.
constexpr int kAlertReason = SSL_AD_REASON_OFFSET;

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

struct FreeText {
  void operator()(char* text) const { OPENSSL_free(text); }
};

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

// For people.
std::string IssuerOf(const X509* certificate) {
  const std::unique_ptr<char, FreeText> text(
      X509_NAME_oneline(X509_get_issuer_name(certificate), nullptr, 0));
  return text == nullptr ? "" : Quoted(text.get());
}

// The host names and addresses of a certificate, for people.
std::string NamesOf(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, Free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> all;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type != GEN_DNS && type != GEN_IPADD) continue;
    const auto* text = static_cast<const ASN1_STRING*>(value);
    const auto* bytes = ASN1_STRING_get0_data(text);
    const int size = ASN1_STRING_length(text);
    char address[INET6_ADDRSTRLEN] = "";
    if (type == GEN_DNS) {
      all.emplace_back(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    } else if (inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, address, sizeof(address))) {
      all.emplace_back(address);
    }
  }
  return fmt::format("{}", fmt::join(all, ", "));
}

// Called by OpenSSL for each thing that is wrong with the broker's certificates.
int OnVerified(int ok, X509_STORE_CTX* store) {
  if (ok == 1) return 1;
  const auto* connection =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* trouble = static_cast<Trouble*>(SSL_get_app_data(connection));
  const X509* leaf = X509_STORE_CTX_get0_cert(store);
  const int error = X509_STORE_CTX_get_error(store);
  *trouble = {Kind::kCertificate, error, leaf == nullptr ? "" : NamesOf(leaf)};
  if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
      error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE) {
    const bool alone = sk_X509_num(X509_STORE_CTX_get0_untrusted(store)) == 1;
    trouble->text = leaf != nullptr && alone ? IssuerOf(leaf) : "";
  }
  return 0;
}

Trouble OwnFile(const std::filesystem::path& file) {
  ERR_clear_error();
  return {Kind::kOwnFiles, 0, file.string()};
}

// With the settings that Paho uses.
Trouble Configure(SSL_CTX* context, const TlsFiles& files, const std::string& host) {
  SSL_CTX_set_security_level(context, 1);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &OnVerified);
  if (SSL_CTX_load_verify_locations(context, files.authority.c_str(), nullptr) != 1) {
    return OwnFile(files.authority);
  }
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    return OwnFile(files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return OwnFile(files.key);
  }
  X509_VERIFY_PARAM* parameters = SSL_CTX_get0_param(context);
  if (files.check_revocation) X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_CRL_CHECK);
  if (IsIpAddress(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size());
  }
  return {};
}

// What OpenSSL's error means; `closed`: what it means that the broker closed the connection.
Trouble Explain(int ssl_error, Kind closed) {
  const unsigned long error = ERR_get_error();
  const int reason = ERR_GET_REASON(error);
  ERR_clear_error();
  if (ssl_error == SSL_ERROR_ZERO_RETURN || ssl_error == SSL_ERROR_SYSCALL ||
      reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return {closed, 0, ""};
  }
  if (reason > kAlertReason && reason <= kAlertReason + 255) {
    return {Kind::kAlert, reason - kAlertReason, ""};
  }
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_BAD_RECORD_TYPE:
      return {Kind::kNoTls, 0, ""};
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
      return {Kind::kVersion, 0, ""};
    default: {
      const char* words = ERR_reason_error_string(error);
      return {Kind::kOther, 0, words == nullptr ? "no reason given" : words};
    }
  }
}

// Repeats `step` (SSL_connect, SSL_read) until it is done; SSL_ERROR_NONE, what it failed with, or
// SSL_ERROR_WANT_READ when the patience is over.
template <typename Step>
int Drive(SSL* connection, int fd, const Patience& patience, Step step) {
  while (true) {
    ERR_clear_error();
    const int error = SSL_get_error(connection, step());
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return error;
    const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    if (!WaitFor(fd, events, patience)) return SSL_ERROR_WANT_READ;
  }
}

Trouble Handshake(SSL* connection, int fd, const Patience& patience) {
  Trouble certificate;
  SSL_set_app_data(connection, &certificate);
  const int error = Drive(connection, fd, patience, [&] { return SSL_connect(connection); });
  SSL_set_app_data(connection, nullptr);
  if (certificate.kind != Kind::kNone) {
    ERR_clear_error();
    return certificate;
  }
  if (error == SSL_ERROR_WANT_READ) {
    return patience.cancelled() ? Trouble{} : Trouble{Kind::kNoAnswer, 0, ""};
  }
  return error == SSL_ERROR_NONE ? Trouble{} : Explain(error, Kind::kClosed);
}

// The broker's verdict on our certificate, where nothing is said in MQTT.
Trouble Verdict(SSL* connection, int fd, const std::function<bool()>& cancelled) {
  const Patience patience{std::chrono::steady_clock::now() + kVerdict, cancelled};
  char byte = 0;
  const int error =
      Drive(connection, fd, patience, [&] { return SSL_read(connection, &byte, sizeof(byte)); });
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_NONE) {
    SSL_shutdown(connection);  // without it the broker would log an error
    return {};
  }
  return Explain(error, Kind::kClosedAfter);
}

// A connection in the clear or in TLS, as a stream of bytes.
class Stream {
 public:
  Stream(int fd, SSL* tls, const Patience& patience) : fd_(fd), tls_(tls), patience_(patience) {}

  // kNone if all was handed over, or the patience is over.
  Trouble Write(std::string_view bytes) {
    if (tls_ != nullptr) {
      return Of(Drive(tls_, fd_, patience_, [&] {
        return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
      }));
    }
    while (!bytes.empty() && WaitFor(fd_, POLLOUT, patience_)) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) return {Kind::kClosedAtConnect, 0, ""};
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
  }
  // Appends what comes next to `into`; nothing if the patience is over.
  Trouble Read(std::string& into) {
    char buffer[512];
    if (tls_ != nullptr) {
      int count = 0;
      const int error = Drive(tls_, fd_, patience_, [&] {
        count = SSL_read(tls_, buffer, sizeof(buffer));
        return count;
      });
      if (error == SSL_ERROR_NONE) into.append(buffer, static_cast<std::size_t>(count));
      return Of(error);
    }
    if (!WaitFor(fd_, POLLIN, patience_)) return {};
    const ssize_t count = recv(fd_, buffer, sizeof(buffer), 0);
    if (count <= 0) return {Kind::kClosedAtConnect, 0, ""};
    into.append(buffer, static_cast<std::size_t>(count));
    return {};
  }
  bool over() const { return patience_.over(); }
  bool cancelled() const { return patience_.cancelled(); }

 private:
  static Trouble Of(int ssl_error) {
    if (ssl_error == SSL_ERROR_NONE || ssl_error == SSL_ERROR_WANT_READ) return {};
    return Explain(ssl_error, Kind::kClosedAfter);
  }

  const int fd_;
  SSL* const tls_;
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
  const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return false;
  const std::unique_ptr<SSL, Free> connection(SSL_new(context.get()));
  if (connection == nullptr || SSL_set_fd(connection.get(), socket.fd()) != 1) return false;
  const int error =
      Drive(connection.get(), socket.fd(), patience, [&] { return SSL_connect(connection.get()); });
  if (error == SSL_ERROR_NONE) return true;
  // An alert is an answer too: it may want a certificate.
  const Trouble::Kind kind = Explain(error, Kind::kClosed).kind;
  return kind == Kind::kAlert || kind == Kind::kVersion;
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
  const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return {Kind::kOther, 0, "OpenSSL has no memory left"};
  if (Trouble own = Configure(context.get(), *tls, broker.host); own.kind != Kind::kNone) {
    return own;
  }
  const std::unique_ptr<SSL, Free> connection(SSL_new(context.get()));
  if (connection == nullptr || SSL_set_fd(connection.get(), socket.fd()) != 1) {
    return {Kind::kOther, 0, "OpenSSL has no memory left"};
  }
  if (!IsIpAddress(broker.host)) {
    // What the macro SSL_set_tlsext_host_name does, without its cast.
    SSL_ctrl(connection.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(broker.host.c_str()));
  }
  const Trouble handshake = Handshake(connection.get(), socket.fd(), from_now());
  if (handshake.kind != Kind::kNone || cancelled()) return handshake;
  if (!connect) return Verdict(connection.get(), socket.fd(), cancelled);
  const Patience patience = from_now();
  return Greet(Stream(socket.fd(), connection.get(), patience), *connect);
}

}  // namespace biglittle::wire
