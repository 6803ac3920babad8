#include "core/signature.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <optional>

#include "core/read_file.h"
#include "core/replace_file.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kMaxKeyBytes = 64U << 10U;
constexpr std::size_t kMaxSignedBytes = 64U << 20U;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

// In place of OpenSSL's own, which would ask at the terminal.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

absl::StatusOr<std::string> ReadAll(const std::filesystem::path& path, std::size_t most) {
  absl::StatusOr<std::string> content = ReadWholeFile(path, most);
  if (content.ok()) return content;
  return absl::Status(
      content.status().code(),
      fmt::format("{}: {}", path.string(), std::string(content.status().message())));
}

using ReadPem = EVP_PKEY* (*)(BIO*, EVP_PKEY**, pem_password_cb*, void*);

absl::StatusOr<Key> LoadKey(const std::filesystem::path& pem, ReadPem read, const char* kind) {
  const absl::StatusOr<std::string> file = ReadAll(pem, kMaxKeyBytes);
  if (!file.ok()) return file.status();
  const std::string_view text = WithoutByteOrderMark(*file);
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  Key key(bio == nullptr ? nullptr : read(bio.get(), nullptr, NoPassphrase, nullptr));
  if (key != nullptr && EVP_PKEY_id(key.get()) == EVP_PKEY_ED25519) return key;
  return absl::InvalidArgumentError(
      fmt::format("{}: not a{} {} key of Ed25519 in PEM", pem.string(),
                  kind == std::string_view("private") ? "n unencrypted" : "", kind));
}

}  // namespace

absl::StatusOr<PublicKey> PublicKey::Load(const std::filesystem::path& pem) {
  const absl::StatusOr<Key> key = LoadKey(pem, PEM_read_bio_PUBKEY, "public");
  if (!key.ok()) return key.status();
  PublicKey loaded;
  std::size_t size = loaded.bytes_.size();
  if (EVP_PKEY_get_raw_public_key(key->get(), loaded.bytes_.data(), &size) != 1 ||
      size != loaded.bytes_.size()) {
    return absl::InvalidArgumentError(fmt::format("{}: has no Ed25519 key", pem.string()));
  }
  return loaded;
}

absl::Status PublicKey::VerifyFile(const std::filesystem::path& file,
                                   std::string_view content) const {
  const std::string name = file.filename().string();
  const absl::StatusOr<std::string> signature = ReadAll(SignaturePath(file), kSignatureBytes);
  if (absl::IsNotFound(signature.status())) {
    return absl::NotFoundError(
        fmt::format("no such file, and the fleet takes signed models only: sign {} with the "
                    "private key to its models_public_key",
                    name));
  }
  if (!signature.ok()) {
    return absl::DataLossError(
        fmt::format("cannot be read as a signature, which is a file of {} bytes", kSignatureBytes));
  }
  const Key key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_.data(), bytes_.size()));
  const Context context(EVP_MD_CTX_new());
  if (key != nullptr && context != nullptr && signature->size() == kSignatureBytes &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), Bytes(*signature), signature->size(), Bytes(content),
                       content.size()) == 1) {
    return absl::OkStatus();
  }
  return absl::DataLossError(
      fmt::format("does not sign {} as it is now by the fleet's models_public_key: take the pair "
                  "that belongs together, or sign it again",
                  name));
}

std::filesystem::path SignaturePath(const std::filesystem::path& file) {
  return file.string() + ".sig";
}

absl::Status SignFile(const std::filesystem::path& key_pem, const std::filesystem::path& file) {
  const absl::StatusOr<Key> key = LoadKey(key_pem, PEM_read_bio_PrivateKey, "private");
  if (!key.ok()) return key.status();
  const absl::StatusOr<std::string> content = ReadAll(file, kMaxSignedBytes);
  if (!content.ok()) return content.status();
  const Context context(EVP_MD_CTX_new());
  std::array<unsigned char, kSignatureBytes> signature{};
  std::size_t size = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key->get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, Bytes(*content), content->size()) !=
          1 ||
      size != kSignatureBytes) {
    return absl::InternalError(fmt::format("{}: OpenSSL cannot sign it", file.string()));
  }
  return ReplaceFile(SignaturePath(file),
                     {reinterpret_cast<const char*>(signature.data()), signature.size()},
                     kReadableByAll);
}

}  // namespace biglittle
