#include "core/task/net_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "core/descriptor.h"
#include "core/digest.h"

namespace biglittle {
namespace {

// Of `name` in the folder, which could not be opened for the reason `error`.
absl::Status WhyNot(int folder, const char* name, int error) {
  struct stat status {};
  if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode)) {
    return absl::InvalidArgumentError(fmt::format(
        "'{}' is a symbolic link, which could lead out of the task's folder: put the file itself "
        "there",
        name));
  }
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError("no such file");
  if (error == EACCES) {
    return absl::PermissionDeniedError("cannot be opened; check its permissions");
  }
  return absl::UnavailableError(fmt::format("cannot be opened: {}", std::strerror(error)));
}

// From the task's folder on, which may itself be reached by links: that is the operator's business.
absl::StatusOr<Descriptor> Open(const NetDescription& net) {
  const std::vector<std::filesystem::path> parts(net.file.begin(), net.file.end());
  const auto named = static_cast<std::ptrdiff_t>(std::min(net.named_parts, parts.size()));
  std::filesystem::path folder = ".";
  for (auto part = parts.begin(); part != parts.end() - named; ++part) folder /= *part;
  Descriptor at(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (at.get() < 0) return WhyNot(AT_FDCWD, folder.c_str(), errno);
  for (auto part = parts.end() - named; part != parts.end(); ++part) {
    // Not blocking, should it be a pipe.
    const int flags = std::next(part) == parts.end() ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
    Descriptor next(openat(at.get(), part->c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    if (next.get() < 0) return WhyNot(at.get(), part->c_str(), errno);
    at = std::move(next);
  }
  return at;
}

absl::StatusOr<std::vector<std::byte>> ReadAll(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError("not a regular file");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > kMaxNetBytes) {
    return absl::ResourceExhaustedError(
        fmt::format("it has {} bytes, {} are allowed", size, kMaxNetBytes));
  }
  std::vector<std::byte> bytes(size);
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = read(fd, bytes.data() + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::DataLossError("cannot be read to its end");
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace

bool IsInsideFolder(const std::filesystem::path& name) {
  if (name.empty() || name.is_absolute() || !name.has_filename()) return false;
  if (name.filename() == ".") return false;
  return std::find(name.begin(), name.end(), "..") == name.end();
}

absl::StatusOr<std::map<std::string, std::vector<std::byte>>> ReadWeightFiles(
    const NetDescription& net) {
  std::map<std::string, std::vector<std::byte>> files;
  for (const auto& [name, digest] : net.weight_files) {
    NetDescription beside = net;
    beside.file = net.file.parent_path() / name;
    absl::StatusOr<std::vector<std::byte>> bytes = ReadNetFile(beside);
    if (!bytes.ok()) return bytes.status();
    if (const std::string found = Sha256(*bytes); found != digest) {
      return absl::FailedPreconditionError(
          fmt::format("{} has sha256 {}, the task names {}: take the matching files",
                      beside.file.string(), found, digest));
    }
    files.emplace(name, *std::move(bytes));
  }
  return files;
}

absl::StatusOr<std::vector<std::byte>> ReadNetFile(const NetDescription& net) {
  const absl::StatusOr<Descriptor> file = Open(net);
  auto bytes = file.ok() ? ReadAll(file->get()) : file.status();
  if (bytes.ok()) return bytes;
  return absl::Status(bytes.status().code(), fmt::format("{}: {}", net.file.string(),
                                                         std::string(bytes.status().message())));
}

}  // namespace biglittle
