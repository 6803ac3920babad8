// A certificate authority for tests: EC P-256, all in memory and in a moment.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace biglittle {

// What a test wants of a certificate. Times are seconds from now.
struct CertificateWish {
  std::string name = "test";
  std::string alternative_names;  // OpenSSL's syntax, "IP:127.0.0.1,DNS:localhost"; may be empty
  long valid_from = -3600;
  long valid_to = 3600;
};

struct TestCertificate {
  std::string certificate;  // PEM
  std::string key;          // PEM
  long serial = 0;
};

// Not thread-safe. Errors fail the test.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "Test Authority");

  TestCertificate Issue(const CertificateWish& wish);
  // PEM of its own certificate.
  std::string Certificate() const;
  // PEM of the list of these serials, valid until `valid_to` seconds from now.
  std::string RevocationList(const std::vector<long>& serials = {}, long valid_to = 3600) const;

  // Writes ca.pem (with an empty revocation list), client.crt and client.key (mode 0600) for a
  // program into `folder`, each at once as a careful operator would.
  TestCertificate Enrol(const std::filesystem::path& folder, const CertificateWish& wish);

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using X509Ptr = std::unique_ptr<X509, Free>;

  X509Ptr Make(const CertificateWish& wish, EVP_PKEY* key, bool authority);

  Key key_;
  X509Ptr certificate_;
  long next_serial_ = 1;
};

// Replaces a file in one step; `mode` are its permissions.
void ReplaceFile(const std::filesystem::path& file, const std::string& content,
                 std::filesystem::perms mode);

}  // namespace biglittle
