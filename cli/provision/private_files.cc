#include "cli/provision/private_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

namespace biglittle {
namespace {

absl::Status Failed(const std::filesystem::path& path, const char* what, int error) {
  std::string text = fmt::format("{} {}: {}", path.string(), what, std::strerror(error));
  if (error == EACCES || error == EPERM || error == EROFS) {
    return absl::PermissionDeniedError(text + "; run it as the folder's owner");
  }
  if (error == ENOENT) return absl::NotFoundError(text);
  return absl::InternalError(text);
}

// Without it a power cut could bring back what was replaced: a list without its last revocation.
bool FlushFolderOf(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool flushed = fsync(fd) == 0;
  close(fd);
  return flushed;
}

absl::Status CheckNobodyElseChanges(const std::filesystem::path& folder) {
  struct stat about {};
  if (stat(folder.c_str(), &about) != 0) return Failed(folder, "cannot be read", errno);
  if (about.st_uid != geteuid()) {
    return absl::FailedPreconditionError(
        fmt::format("{} belongs to another user (number {}), who could change what is in it: run "
                    "this as that user, or give the folder to yours",
                    folder.string(), about.st_uid));
  }
  if ((about.st_mode & S_IWOTH) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("{0} can be written by everybody: chmod o-w {0}", folder.string()));
}

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(fd) == 0;
}

}  // namespace

absl::Status ReplaceFile(const std::filesystem::path& file, std::string_view content, mode_t mode,
                         const std::optional<FileOwner>& owner) {
  const std::string beside = file.string() + ".new";
  unlink(beside.c_str());  // left behind by a command that was killed
  const int fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return Failed(file, "cannot be written", errno);
  // The process's umask may have taken what others need.
  // Given away before it has its name: later, the new owner could have put a link there.
  const bool written = fchmod(fd, mode) == 0 &&
                       (!owner || fchown(fd, owner->user, owner->group) == 0) &&
                       WriteAll(fd, content);
  const int error = errno;
  close(fd);
  if (written && std::rename(beside.c_str(), file.c_str()) == 0) {
    return FlushFolderOf(file) ? absl::OkStatus() : Failed(file, "cannot be flushed", errno);
  }
  const int cause = written ? errno : error;
  unlink(beside.c_str());
  return Failed(file, "cannot be written", cause);
}

absl::StatusOr<std::string> ReadSmallFile(const std::filesystem::path& file, std::size_t most) {
  struct stat about {};
  if (stat(file.c_str(), &about) != 0) return Failed(file, "cannot be read", errno);
  if (!S_ISREG(about.st_mode)) {
    return absl::InvalidArgumentError(fmt::format("{} is not a file", file.string()));
  }
  if (static_cast<std::size_t>(about.st_size) > most) {
    return absl::ResourceExhaustedError(
        fmt::format("{} is larger than {} bytes", file.string(), most));
  }
  std::ifstream in(file, std::ios::binary);
  std::string content(static_cast<std::size_t>(about.st_size), '\0');
  in.read(content.data(), about.st_size);
  if (!in) return Failed(file, "cannot be read", errno);
  return content;
}

absl::Status MakeFolder(const std::filesystem::path& folder, mode_t mode) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return absl::OkStatus();
  if (folder.has_parent_path()) {
    std::filesystem::create_directories(folder.parent_path(), error);
    if (error) return Failed(folder, "cannot be made", error.value());
  }
  if (mkdir(folder.c_str(), mode) != 0) return Failed(folder, "cannot be made", errno);
  return absl::OkStatus();
}

absl::Status GiveFolder(const std::filesystem::path& folder, const FileOwner& owner) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return Failed(folder, "cannot be opened", errno);
  const bool given = fchown(fd, owner.user, owner.group) == 0;
  const int error = errno;
  close(fd);
  return given ? absl::OkStatus() : Failed(folder, "cannot be given away", error);
}

absl::StatusOr<FolderLock> FolderLock::Take(const std::filesystem::path& folder) {
  if (auto status = CheckNobodyElseChanges(folder); !status.ok()) return status;
  const std::string file = (folder / ".lock").string();
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly);
  if (fd < 0) return Failed(file, "cannot be opened", errno);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return FolderLock(fd);
  close(fd);
  return absl::UnavailableError(fmt::format(
      "another command is changing {} at this moment; run this one after it", folder.string()));
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace biglittle
