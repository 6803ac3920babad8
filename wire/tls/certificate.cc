#include "wire/tls/certificate.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <ctime>
#include <memory>
#include <string>

#include "core/date_time.h"

namespace biglittle::wire {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(STACK_OF(X509_INFO) * items) const {
    sk_X509_INFO_pop_free(items, X509_INFO_free);
  }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> Open(std::string_view pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// OpenSSL would ask at the terminal.
int NoPassPhrase(char*, int, int, void*) { return -1; }

Owned<X509> ReadCertificate(std::string_view pem) {
  const auto bio = Open(pem);
  Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, &NoPassPhrase, nullptr));
  // What is left in the thread's queue would be taken for somebody else's error.
  ERR_clear_error();
  return certificate;
}

Owned<EVP_PKEY> ReadKey(std::string_view pem) {
  const auto bio = Open(pem);
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassPhrase, nullptr));
  ERR_clear_error();
  return key;
}

std::string Spoken(const ASN1_TIME* time) {
  std::tm calendar{};
  if (ASN1_TIME_to_tm(time, &calendar) != 1) return "an unreadable date";
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", calendar);
}

// Certificates and revocation lists; nullptr where that is no PEM.
Owned<STACK_OF(X509_INFO)> ReadAll(std::string_view pem) {
  const auto bio = Open(pem);
  Owned<STACK_OF(X509_INFO)> items(
      PEM_X509_INFO_read_bio(bio.get(), nullptr, &NoPassPhrase, nullptr));
  ERR_clear_error();
  return items;
}

void Earlier(const ASN1_TIME* time, std::optional<WallTime>& end) {
  std::tm calendar{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &calendar) != 1) return;
  const WallTime when = ToWallTime(TimeOf(calendar));
  if (!end || when < *end) end = when;
}

}  // namespace

absl::Status CheckAuthority(std::string_view pem, bool with_revocation_list) {
  const auto items = ReadAll(pem);
  int certificates = 0;
  int lists = 0;
  for (int i = 0; items != nullptr && i < sk_X509_INFO_num(items.get()); ++i) {
    const X509_INFO* item = sk_X509_INFO_value(items.get(), i);
    if (item->x509 != nullptr) ++certificates;
    if (item->crl != nullptr) ++lists;
  }
  if (certificates == 0) {
    return absl::FailedPreconditionError(
        "holds no certificate: put the authority's into it, in PEM");
  }
  if (with_revocation_list && lists == 0) {
    return absl::FailedPreconditionError(
        "holds no certificate revocation list: append the authority's, in PEM, or say "
        "'revocation: off' in the fleet file");
  }
  return absl::OkStatus();
}

absl::Status CheckCertificate(std::string_view pem) {
  const auto certificate = ReadCertificate(pem);
  if (certificate == nullptr) {
    return absl::FailedPreconditionError("holds no certificate in PEM: put the program's into it");
  }
  const ASN1_TIME* begin = X509_get0_notBefore(certificate.get());
  const ASN1_TIME* end = X509_get0_notAfter(certificate.get());
  if (X509_cmp_current_time(begin) > 0) {
    return absl::FailedPreconditionError(fmt::format(
        "is valid from {} only: set this machine's clock, or wait until then", Spoken(begin)));
  }
  if (X509_cmp_current_time(end) < 0) {
    return absl::FailedPreconditionError(
        fmt::format("expired on {}: issue a new one for this program", Spoken(end)));
  }
  return absl::OkStatus();
}

absl::Status CheckKey(std::string_view pem) {
  if (ReadKey(pem) != nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "holds no private key in PEM that can be read without a pass phrase: put the program's into "
      "it");
}

absl::Status CheckPair(std::string_view certificate_pem, std::string_view key_pem) {
  const auto certificate = ReadCertificate(certificate_pem);
  const auto key = ReadKey(key_pem);
  const bool fit = certificate != nullptr && key != nullptr &&
                   X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (fit) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "is not the key of client.crt beside it: put the two that were made together into the "
      "folder");
}

std::optional<WallTime> EarliestEnd(std::string_view pem, bool with_revocation_lists) {
  const auto items = ReadAll(pem);
  std::optional<WallTime> end;
  for (int i = 0; items != nullptr && i < sk_X509_INFO_num(items.get()); ++i) {
    const X509_INFO* item = sk_X509_INFO_value(items.get(), i);
    if (item->x509 != nullptr) Earlier(X509_get0_notAfter(item->x509), end);
    if (item->crl != nullptr && with_revocation_lists) {
      Earlier(X509_CRL_get0_nextUpdate(item->crl), end);
    }
  }
  return end;
}

}  // namespace biglittle::wire
