// A certificate authority of the fleet's own: it signs the broker's certificate, those of all
// identities, and the list of those that were revoked. Cryptography by OpenSSL's library: EC keys
// on P-256, SHA-256; the format is X.509 v3 after RFC 5280.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

// Both as PEM. The key is unencrypted PKCS #8: whoever holds it is that identity.
struct KeyAndCertificate {
  std::string key;
  std::string certificate;
};

struct RevokedSerial {
  std::string serial;  // hex digits in capitals
  std::chrono::sys_seconds when;

  bool operator==(const RevokedSerial&) const = default;
};

// What `list` shows and revoking needs of a certificate.
struct CertificateFacts {
  std::string common_name;
  std::string serial;  // hex digits in capitals
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
};

// The errors of all functions are Internal with OpenSSL's reason, unless said otherwise.
class Authority {
 public:
  // A new key, and a certificate for it that it signed itself. It may sign end entities only.
  static absl::StatusOr<KeyAndCertificate> Create(const std::string& common_name,
                                                  std::chrono::days valid);

  // InvalidArgument: not PEM, or the key is not the certificate's.
  static absl::StatusOr<Authority> Load(const std::string& key, const std::string& certificate);
  ~Authority();
  Authority(Authority&& other) noexcept;
  Authority& operator=(Authority&& other) noexcept;

  // For a client's end of TLS only: it cannot pass for a broker. Ends with the authority's own
  // certificate at the latest.
  absl::StatusOr<KeyAndCertificate> IssueClient(const std::string& common_name,
                                                std::chrono::days valid) const;
  // For a server's end only. `hosts`: DNS names and IP addresses under which clients reach it.
  // InvalidArgument: one is neither.
  absl::StatusOr<KeyAndCertificate> IssueServer(const std::vector<std::string>& hosts,
                                                std::chrono::days valid) const;

  // The list of revoked certificates as PEM; valid as long as the authority is. `number` must grow
  // with every list.
  absl::StatusOr<std::string> SignRevocationList(const std::vector<RevokedSerial>& revoked,
                                                 std::uint64_t number) const;

 private:
  class Impl;
  explicit Authority(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// Of the first certificate in `pem`. InvalidArgument if there is none.
absl::StatusOr<CertificateFacts> FactsOf(const std::string& pem);

}  // namespace biglittle
