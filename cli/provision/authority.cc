#include "cli/provision/authority.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <utility>

#include "cli/provision/alternative_names.h"
#include "core/date_time.h"

namespace biglittle {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using RevocationList = std::unique_ptr<X509_CRL, Free<X509_CRL_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, Free<ASN1_INTEGER_free>>;
using Time = std::unique_ptr<ASN1_TIME, Free<ASN1_TIME_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;

constexpr int kSerialBits = 128;
// Clocks of devices are not exact: a certificate is valid from a little before it was made.
constexpr std::chrono::hours kClockSlack{24};

absl::Status Failed(const char* what) {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return absl::InternalError(
      fmt::format("OpenSSL: {}: {}", what, reason == nullptr ? "no reason given" : reason));
}

Memory Reader(const std::string& text) {
  return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string TextOf(BIO* memory) {
  char* begin = nullptr;
  const long size = BIO_get_mem_data(memory, &begin);
  return size <= 0 ? std::string() : std::string(begin, static_cast<std::size_t>(size));
}

template <typename Write>
absl::StatusOr<std::string> ToPem(const char* what, const Write& write) {
  const Memory memory(BIO_new(BIO_s_mem()));
  if (memory == nullptr || write(memory.get()) != 1) return Failed(what);
  return TextOf(memory.get());
}

absl::StatusOr<std::string> PemOf(EVP_PKEY* key) {
  return ToPem("writing a key", [key](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

absl::StatusOr<KeyAndCertificate> PemOf(EVP_PKEY* key, X509* certificate) {
  auto key_text = PemOf(key);
  if (!key_text.ok()) return key_text.status();
  auto text = ToPem("writing a certificate",
                    [certificate](BIO* out) { return PEM_write_bio_X509(out, certificate); });
  if (!text.ok()) return text.status();
  return KeyAndCertificate{.key = *std::move(key_text), .certificate = *std::move(text)};
}

std::string HexOf(const ASN1_INTEGER* serial) {
  const Number number(ASN1_INTEGER_to_BN(serial, nullptr));
  char* hex = number == nullptr ? nullptr : BN_bn2hex(number.get());
  std::string text = hex == nullptr ? "" : hex;
  OPENSSL_free(hex);
  return text;
}

std::chrono::sys_seconds TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return biglittle::TimeOf(parts);
}

bool AddExtension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool SetName(X509_NAME* name, const std::string& common_name) {
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

// 128 random bits: nobody can guess the next one, and no two are the same.
bool SetSerial(X509* certificate) {
  const Number number(BN_new());
  return number != nullptr &&
         BN_rand(number.get(), kSerialBits - 1, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

// What both kinds of certificate have; signed by nobody yet.
Certificate NewCertificate(const std::string& common_name, std::chrono::days valid, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  if (certificate == nullptr) return nullptr;
  X509* raw = certificate.get();
  const bool made =
      X509_set_version(raw, X509_VERSION_3) == 1 && SetSerial(raw) &&
      X509_gmtime_adj(X509_getm_notBefore(raw), -std::chrono::seconds(kClockSlack).count()) !=
          nullptr &&
      X509_time_adj_ex(X509_getm_notAfter(raw), static_cast<int>(valid.count()), 0, nullptr) !=
          nullptr &&
      SetName(X509_get_subject_name(raw), common_name) && X509_set_pubkey(raw, key) == 1;
  return made ? std::move(certificate) : nullptr;
}

absl::StatusOr<Certificate> ReadCertificate(const std::string& pem) {
  const Memory memory = Reader(pem);
  Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (certificate == nullptr)
    return absl::InvalidArgumentError("there is no PEM certificate in it");
  return certificate;
}

}  // namespace

class Authority::Impl {
 public:
  Impl(Key key, Certificate certificate)
      : key_(std::move(key)), certificate_(std::move(certificate)) {}

  // `names`: of a server; empty for a client.
  absl::StatusOr<KeyAndCertificate> Issue(const std::string& common_name, const std::string& names,
                                          std::chrono::days valid) const {
    const Key key(EVP_EC_gen("P-256"));
    if (key == nullptr) return Failed("making a key");
    const Certificate made = NewCertificate(common_name, valid, key.get());
    if (made == nullptr) return Failed("making a certificate");
    X509* raw = made.get();
    X509* issuer = certificate_.get();
    const ASN1_TIME* end = X509_get0_notAfter(issuer);
    if (ASN1_TIME_compare(X509_get0_notAfter(raw), end) > 0) X509_set1_notAfter(raw, end);
    const bool is_server = !names.empty();
    const bool is_signed =
        X509_set_issuer_name(raw, X509_get_subject_name(issuer)) == 1 &&
        AddExtension(raw, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
        AddExtension(raw, issuer, NID_key_usage, "critical,digitalSignature") &&
        AddExtension(raw, issuer, NID_ext_key_usage, is_server ? "serverAuth" : "clientAuth") &&
        AddExtension(raw, issuer, NID_subject_key_identifier, "hash") &&
        AddExtension(raw, issuer, NID_authority_key_identifier, "keyid:always") &&
        (!is_server || AddExtension(raw, issuer, NID_subject_alt_name, names.c_str())) &&
        X509_sign(raw, key_.get(), EVP_sha256()) != 0;
    if (!is_signed) return Failed("signing a certificate");
    return PemOf(key.get(), raw);
  }

  absl::StatusOr<std::string> SignList(const std::vector<RevokedSerial>& revoked,
                                       std::uint64_t number) const {
    const RevocationList list(X509_CRL_new());
    if (list == nullptr || !Begin(list.get(), number)) return Failed("making a revocation list");
    for (const RevokedSerial& entry : revoked) {
      if (!Add(list.get(), entry)) return Failed("adding to a revocation list");
    }
    if (X509_CRL_sort(list.get()) != 1 ||
        X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) == 0) {
      return Failed("signing a revocation list");
    }
    return ToPem("writing a revocation list",
                 [&](BIO* out) { return PEM_write_bio_X509_CRL(out, list.get()); });
  }

 private:
  bool Begin(X509_CRL* list, std::uint64_t number) const {
    const Time now(ASN1_TIME_new());
    const Integer count(ASN1_INTEGER_new());
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate_.get(), nullptr, nullptr, list, 0);
    const Extension key_id(
        X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
    return now != nullptr && count != nullptr && key_id != nullptr &&
           X509_gmtime_adj(now.get(), -std::chrono::seconds(kClockSlack).count()) != nullptr &&
           X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
           X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate_.get())) == 1 &&
           X509_CRL_set1_lastUpdate(list, now.get()) == 1 &&
           X509_CRL_set1_nextUpdate(list, X509_get0_notAfter(certificate_.get())) == 1 &&
           X509_CRL_add_ext(list, key_id.get(), -1) == 1 &&
           ASN1_INTEGER_set_uint64(count.get(), number) == 1 &&
           X509_CRL_add1_ext_i2d(list, NID_crl_number, count.get(), 0, 0) == 1;
  }

  static bool Add(X509_CRL* list, const RevokedSerial& entry) {
    BIGNUM* digits = nullptr;
    if (BN_hex2bn(&digits, entry.serial.c_str()) == 0) return false;
    const Number number(digits);
    const Integer serial(BN_to_ASN1_INTEGER(number.get(), nullptr));
    const Time when(ASN1_TIME_set(nullptr, entry.when.time_since_epoch().count()));
    X509_REVOKED* revoked = X509_REVOKED_new();
    if (serial != nullptr && when != nullptr && revoked != nullptr &&
        X509_REVOKED_set_serialNumber(revoked, serial.get()) == 1 &&
        X509_REVOKED_set_revocationDate(revoked, when.get()) == 1 &&
        X509_CRL_add0_revoked(list, revoked) == 1) {
      return true;  // the list has taken it
    }
    X509_REVOKED_free(revoked);
    return false;
  }

  const Key key_;
  const Certificate certificate_;
};

Authority::Authority(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Authority::~Authority() = default;
Authority::Authority(Authority&& other) noexcept = default;
Authority& Authority::operator=(Authority&& other) noexcept = default;

absl::StatusOr<KeyAndCertificate> Authority::Create(const std::string& common_name,
                                                    std::chrono::days valid) {
  const Key key(EVP_EC_gen("P-256"));
  if (key == nullptr) return Failed("making a key");
  const Certificate made = NewCertificate(common_name, valid, key.get());
  if (made == nullptr) return Failed("making a certificate");
  X509* raw = made.get();
  const bool is_signed =
      X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1 &&
      AddExtension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      AddExtension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      AddExtension(raw, raw, NID_subject_key_identifier, "hash") &&
      X509_sign(raw, key.get(), EVP_sha256()) != 0;
  if (!is_signed) return Failed("signing a certificate");
  return PemOf(key.get(), raw);
}

absl::StatusOr<Authority> Authority::Load(const std::string& key, const std::string& certificate) {
  const Memory memory = Reader(key);
  Key read_key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (read_key == nullptr) return absl::InvalidArgumentError("there is no PEM private key in it");
  auto read = ReadCertificate(certificate);
  if (!read.ok()) return read.status();
  if (X509_check_private_key(read->get(), read_key.get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("the key is not the certificate's");
  }
  return Authority(std::make_unique<Impl>(std::move(read_key), *std::move(read)));
}

absl::StatusOr<KeyAndCertificate> Authority::IssueClient(const std::string& common_name,
                                                         std::chrono::days valid) const {
  return impl_->Issue(common_name, "", valid);
}

absl::StatusOr<KeyAndCertificate> Authority::IssueServer(const std::vector<std::string>& hosts,
                                                         std::chrono::days valid) const {
  const auto names = AlternativeNames(hosts);
  if (!names.ok()) return names.status();
  return impl_->Issue("broker", *names, valid);
}

absl::StatusOr<std::string> Authority::SignRevocationList(const std::vector<RevokedSerial>& revoked,
                                                          std::uint64_t number) const {
  return impl_->SignList(revoked, number);
}

absl::StatusOr<CertificateFacts> FactsOf(const std::string& pem) {
  const auto certificate = ReadCertificate(pem);
  if (!certificate.ok()) return certificate.status();
  X509* raw = certificate->get();
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(raw), NID_commonName, name, sizeof(name));
  return CertificateFacts{.common_name = name,
                          .serial = HexOf(X509_get0_serialNumber(raw)),
                          .not_before = TimeOf(X509_get0_notBefore(raw)),
                          .not_after = TimeOf(X509_get0_notAfter(raw))};
}

}  // namespace biglittle
