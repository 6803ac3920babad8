#include "wire/connect/probe_tls.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <filesystem>
#include <vector>

#include "core/text.h"
#include "wire/connect/tcp_connect.h"

namespace biglittle::wire {
namespace {

using Kind = Trouble::Kind;

// In TLS 1.3 the broker's verdict on our certificate comes after our side of the handshake is done.
constexpr Milliseconds kVerdict{1000};
// OpenSSL adds it to the number of an alert that it received.
constexpr int kAlertReason = SSL_AD_REASON_OFFSET;

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
struct FreeText {
  void operator()(char* text) const { OPENSSL_free(text); }
};

// For people.
std::string IssuerOf(const X509* certificate) {
  const std::unique_ptr<char, FreeText> text(
      X509_NAME_oneline(X509_get_issuer_name(certificate), nullptr, 0));
  return text == nullptr ? "" : Quoted(text.get());
}

// The host names and addresses of a certificate, for people.
std::string NamesOf(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(static_cast<GENERAL_NAMES*>(
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

Trouble NoMemory() { return {Kind::kOther, 0, "OpenSSL has no memory left"}; }

// What becomes of a stream; nothing if the patience is over.
Trouble OfStream(int ssl_error) {
  if (ssl_error == SSL_ERROR_NONE || ssl_error == SSL_ERROR_WANT_READ) return {};
  return Explain(ssl_error, Kind::kClosedAfter);
}

}  // namespace

ProbeTls::ProbeTls(int fd) : fd_(fd), context_(SSL_CTX_new(TLS_client_method())) {}

Trouble ProbeTls::Open() {
  connection_.reset(SSL_new(context_.get()));
  if (connection_ == nullptr || SSL_set_fd(connection_.get(), fd_) != 1) return NoMemory();
  return {};
}

std::variant<ProbeTls, Trouble> ProbeTls::Make(int fd, const TlsFiles& files,
                                               const std::string& host) {
  ProbeTls tls(fd);
  if (tls.context_ == nullptr) return NoMemory();
  if (Trouble own = Configure(tls.context_.get(), files, host); own.kind != Kind::kNone) return own;
  if (Trouble none = tls.Open(); none.kind != Kind::kNone) return none;
  if (!IsIpAddress(host)) {
    // What the macro SSL_set_tlsext_host_name does, without its cast.
    SSL_ctrl(tls.connection_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
  }
  return tls;
}

bool ProbeTls::Answers(int fd, const Patience& patience) {
  ProbeTls tls(fd);
  if (tls.context_ == nullptr || tls.Open().kind != Kind::kNone) return false;
  SSL* const connection = tls.connection_.get();
  const int error = Drive(connection, fd, patience, [&] { return SSL_connect(connection); });
  if (error == SSL_ERROR_NONE) return true;
  // An alert is an answer too: it may want a certificate.
  const Kind kind = Explain(error, Kind::kClosed).kind;
  return kind == Kind::kAlert || kind == Kind::kVersion;
}

Trouble ProbeTls::Handshake(const Patience& patience) {
  SSL* const connection = connection_.get();
  Trouble certificate;
  SSL_set_app_data(connection, &certificate);
  const int error = Drive(connection, fd_, patience, [&] { return SSL_connect(connection); });
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

Trouble ProbeTls::Verdict(const std::function<bool()>& cancelled) {
  SSL* const connection = connection_.get();
  const Patience patience{std::chrono::steady_clock::now() + kVerdict, cancelled};
  char byte = 0;
  const int error =
      Drive(connection, fd_, patience, [&] { return SSL_read(connection, &byte, sizeof(byte)); });
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_NONE) {
    SSL_shutdown(connection);  // without it the broker would log an error
    return {};
  }
  return Explain(error, Kind::kClosedAfter);
}

Trouble ProbeTls::Write(std::string_view bytes, const Patience& patience) {
  return OfStream(Drive(connection_.get(), fd_, patience, [&] {
    return SSL_write(connection_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }));
}

Trouble ProbeTls::Read(std::string& into, const Patience& patience) {
  char buffer[512];
  int count = 0;
  const int error = Drive(connection_.get(), fd_, patience, [&] {
    count = SSL_read(connection_.get(), buffer, sizeof(buffer));
    return count;
  });
  if (error == SSL_ERROR_NONE) into.append(buffer, static_cast<std::size_t>(count));
  return OfStream(error);
}

}  // namespace biglittle::wire
