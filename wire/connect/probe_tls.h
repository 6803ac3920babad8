// TLS as a session speaks it, for a probe: it says what is wrong, with whose certificate, and why
// the broker hung up. For use inside wire/connect/ only.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "wire/connect/connect_trouble.h"
#include "wire/connect/patience.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

// One connection. Not thread-safe; everything blocks until its patience is over.
class ProbeTls {
 public:
  // On a connected, non-blocking socket, which stays the caller's and must outlive it; with the
  // settings that Paho uses. The trouble is with our own files, or there is no memory.
  static std::variant<ProbeTls, Trouble> Make(int fd, const TlsFiles& files,
                                              const std::string& host);
  // Whether what listens at the socket's other end answers in TLS at all.
  static bool Answers(int fd, const Patience& patience);

  // kNone if it succeeds, or was cancelled.
  Trouble Handshake(const Patience& patience);
  // After it: what the broker says of our certificate, where nothing is said in MQTT.
  Trouble Verdict(const std::function<bool()>& cancelled);

  // kNone if all was handed over, or the patience is over.
  Trouble Write(std::string_view bytes, const Patience& patience);
  // Appends what comes next to `into`; nothing if the patience is over.
  Trouble Read(std::string& into, const Patience& patience);

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* connection) const { SSL_free(connection); }
  };

  explicit ProbeTls(int fd);
  Trouble Open();

  int fd_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> connection_;
};

}  // namespace biglittle::wire
