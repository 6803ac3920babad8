// Secrets that are no X.509: the key that signs models, and passwords.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace biglittle {

// An Ed25519 key pair (RFC 8032), both halves as PEM.
struct SigningKey {
  std::string secret;
  std::string open;
};
// Internal, with OpenSSL's reason.
absl::StatusOr<SigningKey> CreateSigningKey();

// 24 random bytes as 32 characters of base64.
std::string NewPassword();

// As Mosquitto's dynamic security plugin keeps a password: PBKDF2 with HMAC-SHA-512 (RFC 8018),
// salt and hash in base64.
struct PasswordHash {
  std::string hash;
  std::string salt;
  int iterations = 0;
};
PasswordHash HashPassword(const std::string& password);

}  // namespace biglittle
