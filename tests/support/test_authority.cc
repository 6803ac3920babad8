#include "tests/support/test_authority.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>

namespace biglittle {
namespace {

template <typename Write>
std::string Pem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  EXPECT_EQ(write(bio.get()), 1);
  const char* data = nullptr;
  const long size = BIO_ctrl(bio.get(), BIO_CTRL_INFO, 0, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string PemOf(X509* certificate) {
  return Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

EVP_PKEY* NewKey() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  EXPECT_NE(key, nullptr);
  return key;
}

void SetName(X509_NAME* name, const std::string& text) {
  EXPECT_EQ(
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0),
      1);
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  ASSERT_NE(extension, nullptr) << value;
  EXPECT_EQ(X509_add_ext(certificate, extension, -1), 1);
  X509_EXTENSION_free(extension);
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name)
    : key_(NewKey()), certificate_(Make({.name = name, .valid_to = 86'400}, key_.get(), true)) {}

TestAuthority::X509Ptr TestAuthority::Make(const CertificateWish& wish, EVP_PKEY* key,
                                           bool authority) {
  X509Ptr made(X509_new());
  X509* x = made.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), next_serial_++);
  X509_gmtime_adj(X509_getm_notBefore(x), wish.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(x), wish.valid_to);
  X509_set_pubkey(x, key);
  SetName(X509_get_subject_name(x), wish.name);
  X509_set_issuer_name(x, X509_get_subject_name(authority ? x : certificate_.get()));
  if (authority) AddExtension(x, NID_basic_constraints, "critical,CA:TRUE");
  if (authority) AddExtension(x, NID_key_usage, "critical,keyCertSign,cRLSign");
  if (!wish.alternative_names.empty()) {
    AddExtension(x, NID_subject_alt_name, wish.alternative_names);
  }
  EXPECT_GT(X509_sign(x, key_.get(), EVP_sha256()), 0);
  return made;
}

TestCertificate TestAuthority::Issue(const CertificateWish& wish) {
  const Key key(NewKey());
  const X509Ptr made = Make(wish, key.get(), false);
  return {PemOf(made.get()), Pem([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          ASN1_INTEGER_get(X509_get0_serialNumber(made.get()))};
}

std::string TestAuthority::Certificate() const { return PemOf(certificate_.get()); }

std::string TestAuthority::RevocationList(const std::vector<long>& serials, long valid_to) const {
  const std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)> list(X509_CRL_new(), &X509_CRL_free);
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
  ASN1_TIME* time = X509_gmtime_adj(nullptr, -7200);
  X509_CRL_set1_lastUpdate(list.get(), time);
  X509_gmtime_adj(time, valid_to);
  X509_CRL_set1_nextUpdate(list.get(), time);
  X509_gmtime_adj(time, -3600);
  for (const long serial : serials) {
    X509_REVOKED* entry = X509_REVOKED_new();
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(entry, number);
    X509_REVOKED_set_revocationDate(entry, time);
    X509_CRL_add0_revoked(list.get(), entry);
    ASN1_INTEGER_free(number);
  }
  ASN1_TIME_free(time);
  X509_CRL_sort(list.get());
  EXPECT_GT(X509_CRL_sign(list.get(), key_.get(), EVP_sha256()), 0);
  return Pem([&](BIO* bio) { return PEM_write_bio_X509_CRL(bio, list.get()); });
}

TestCertificate TestAuthority::Enrol(const std::filesystem::path& folder,
                                     const CertificateWish& wish) {
  using std::filesystem::perms;
  std::filesystem::create_directories(folder);
  TestCertificate issued = Issue(wish);
  const perms open = perms::owner_read | perms::owner_write | perms::group_read;
  ReplaceFile(folder / "ca.pem", Certificate() + RevocationList(), open);
  ReplaceFile(folder / "client.key", issued.key, perms::owner_read | perms::owner_write);
  ReplaceFile(folder / "client.crt", issued.certificate, open);
  return issued;
}

void ReplaceFile(const std::filesystem::path& file, const std::string& content,
                 std::filesystem::perms mode) {
  const std::filesystem::path fresh = file.string() + ".new";
  std::ofstream stream(fresh, std::ios::binary);
  std::filesystem::permissions(fresh, mode);
  stream << content;
  stream.close();
  EXPECT_TRUE(stream.good()) << fresh;
  std::filesystem::rename(fresh, file);
}

}  // namespace biglittle
