#include "core/read_file.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

#include "absl/status/status.h"

namespace biglittle {

absl::StatusOr<std::string> ReadWholeFile(const std::filesystem::path& path, std::size_t most) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return absl::NotFoundError("no such file");
  // Reading a folder or a pipe would fail late or never end.
  if (!std::filesystem::is_regular_file(status)) {
    return absl::InvalidArgumentError("not a regular file");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) {
    return absl::PermissionDeniedError("cannot be opened; check its permissions");
  }
  if (size > most) {
    return absl::ResourceExhaustedError(
        fmt::format("larger than {} bytes, which is the limit", most));
  }
  std::string content(static_cast<std::size_t>(size), '\0');
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (static_cast<std::size_t>(stream.gcount()) != content.size()) {
    return absl::DataLossError("cannot be read to its end");
  }
  return content;
}

}  // namespace biglittle
