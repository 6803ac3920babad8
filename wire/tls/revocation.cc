#include "wire/tls/revocation.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <mutex>
#include <optional>

namespace biglittle::wire {
namespace {

// The name under which OpenSSL looks for its defaults when a client verifies a server.
constexpr char kParameters[] = "ssl_server";

// The same as OpenSSL's own entry of that name, plus the lists. The broker's own certificate is
// looked up, not those of authorities between it and the root: their lists would have to be there.
bool Register() {
  X509_VERIFY_PARAM* parameters = X509_VERIFY_PARAM_new();
  if (parameters == nullptr) return false;
  const bool done = X509_VERIFY_PARAM_set1_name(parameters, kParameters) == 1 &&
                    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_CRL_CHECK) == 1 &&
                    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER) == 1 &&
                    X509_VERIFY_PARAM_set_trust(parameters, X509_TRUST_SSL_SERVER) == 1 &&
                    X509_VERIFY_PARAM_add0_table(parameters) == 1;  // which takes it
  if (!done) X509_VERIFY_PARAM_free(parameters);
  return done;
}

}  // namespace

absl::Status SetRevocationCheck(bool check) {
  static std::mutex mutex;
  static std::optional<bool> chosen;
  const std::lock_guard lock(mutex);
  if (chosen && *chosen != check) {
    return absl::FailedPreconditionError(
        "this process has TLS connections with another 'revocation' already: let both fleet files "
        "say the same");
  }
  // OpenSSL's table has no lock, so it is changed once, before the first connection reads it.
  if (!chosen && check && !Register()) {
    return absl::InternalError("OpenSSL cannot be told to check revocation");
  }
  chosen = check;
  return absl::OkStatus();
}

}  // namespace biglittle::wire
