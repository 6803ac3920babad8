#include "core/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstdio>
#include <memory>
#include <new>
#include <system_error>

#include "absl/status/status.h"
#include "fmt/format.h"

namespace biglittle {
namespace {

constexpr std::size_t kFileChunkBytes = 1U << 16U;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// OpenSSL's SHA-256 fails only where memory has run out; that ends the program like a failed `new`.
class Sha256Stream {
 public:
  Sha256Stream() : context_(EVP_MD_CTX_new()) {
    if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
      throw std::bad_alloc();
    }
  }

  void Add(std::span<const std::byte> bytes) {
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) throw std::bad_alloc();
  }

  std::string Finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1) throw std::bad_alloc();
    std::string hex;
    hex.reserve(2 * std::size_t{size});
    constexpr char kDigits[] = "0123456789abcdef";
    for (unsigned int i = 0; i < size; ++i) {
      hex.push_back(kDigits[digest[i] >> 4U]);
      hex.push_back(kDigits[digest[i] & 15U]);
    }
    return hex;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeContext> context_;
};

}  // namespace

std::string Sha256(std::span<const std::byte> bytes) {
  Sha256Stream stream;
  stream.Add(bytes);
  return stream.Finish();
}

absl::StatusOr<std::string> Sha256OfFile(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return absl::NotFoundError(fmt::format("{}: no such file", path.string()));
  }
  // Reading a folder or a pipe would fail late or never end.
  if (!std::filesystem::is_regular_file(status)) {
    return absl::InvalidArgumentError(fmt::format("{}: not a regular file", path.string()));
  }
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    return absl::PermissionDeniedError(fmt::format("{}: cannot be opened", path.string()));
  }
  Sha256Stream stream;
  std::array<std::byte, kFileChunkBytes> chunk{};
  while (true) {
    const std::size_t read = std::fread(chunk.data(), 1, chunk.size(), file.get());
    stream.Add(std::span(chunk).first(read));
    if (read < chunk.size()) break;
  }
  if (std::ferror(file.get()) != 0) {
    return absl::DataLossError(fmt::format("{}: cannot be read to its end", path.string()));
  }
  return stream.Finish();
}

}  // namespace biglittle
