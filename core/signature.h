// Ed25519 signatures of files, detached: FILE.sig beside FILE holds the 64 bytes, as
// `openssl pkeyutl -sign -rawin` writes them. Keys are PEM files as `openssl genpkey -algorithm
// ed25519` and `openssl pkey -pubout` write them.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace biglittle {

// A value; constant, thread-safe.
class PublicKey {
 public:
  // Errors tell the path and why: missing, unreadable, not a PEM public key, not of Ed25519.
  static absl::StatusOr<PublicKey> Load(const std::filesystem::path& pem);

  // OK if `file`.sig signs exactly these bytes, which are `file`'s content as the caller has read
  // it: what was verified is what is used. NotFound: there is no such signature. DataLoss: it does
  // not fit. One line, with what to do; it does not repeat the signature's path.
  absl::Status VerifyFile(const std::filesystem::path& file, std::string_view content) const;

  bool operator==(const PublicKey&) const = default;

 private:
  PublicKey() = default;

  std::array<unsigned char, 32> bytes_{};
};

// Where the signature of `file` is.
std::filesystem::path SignaturePath(const std::filesystem::path& file);

// Signs the file's content as it is now with the private key of `key_pem`, which must not be
// encrypted, and writes or replaces its signature, whole or not at all. Errors tell the path and
// why.
absl::Status SignFile(const std::filesystem::path& key_pem, const std::filesystem::path& file);

}  // namespace biglittle
