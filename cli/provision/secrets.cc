#include "cli/provision/secrets.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace biglittle {
namespace {

constexpr std::size_t kPasswordBytes = 24;
// As long and as many as the plugin itself takes. A password of ours has 192 random bits, which no
// number of iterations would make harder to guess.
constexpr std::size_t kSaltBytes = 12;
constexpr std::size_t kHashBytes = 64;
constexpr int kIterations = 101;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeMemory {
  void operator()(BIO* memory) const { BIO_free_all(memory); }
};

std::string Base64(std::span<const unsigned char> bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// A system without random numbers cannot have secrets; it ends the program like a failed `new`.
void FillRandom(std::span<unsigned char> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::bad_alloc();
}

template <typename Write>
std::string Pem(const Write& write) {
  const std::unique_ptr<BIO, FreeMemory> memory(BIO_new(BIO_s_mem()));
  if (memory == nullptr || write(memory.get()) != 1) return {};
  char* begin = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &begin);
  return size <= 0 ? std::string() : std::string(begin, static_cast<std::size_t>(size));
}

}  // namespace

absl::StatusOr<SigningKey> CreateSigningKey() {
  const std::unique_ptr<EVP_PKEY, FreeKey> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  SigningKey pair;
  if (key != nullptr) {
    pair.secret = Pem([&](BIO* out) {
      return PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    pair.open = Pem([&](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); });
  }
  if (!pair.secret.empty() && !pair.open.empty()) return pair;
  const char* reason = ERR_reason_error_string(ERR_get_error());
  return absl::InternalError(std::string("OpenSSL: making a signing key: ") +
                             (reason == nullptr ? "no reason given" : reason));
}

std::string NewPassword() {
  std::array<unsigned char, kPasswordBytes> bytes{};
  FillRandom(bytes);
  return Base64(bytes);
}

PasswordHash HashPassword(const std::string& password) {
  std::array<unsigned char, kSaltBytes> salt{};
  std::array<unsigned char, kHashBytes> hash{};
  FillRandom(salt);
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                        static_cast<int>(salt.size()), kIterations, EVP_sha512(),
                        static_cast<int>(hash.size()), hash.data()) != 1) {
    throw std::bad_alloc();
  }
  return {.hash = Base64(hash), .salt = Base64(salt), .iterations = kIterations};
}

}  // namespace biglittle
