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

absl::Status CheckNobodyElseChanges(const std::filesystem::path& folder) {
  struct stat about {};
  if (stat(folder.c_str(), &about) != 0) return FileTrouble(folder, "cannot be read", errno);
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

}  // namespace

absl::StatusOr<std::string> ReadSmallFile(const std::filesystem::path& file, std::size_t most) {
  struct stat about {};
  if (stat(file.c_str(), &about) != 0) return FileTrouble(file, "cannot be read", errno);
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
  if (!in) return FileTrouble(file, "cannot be read", errno);
  return content;
}

absl::Status MakeFolder(const std::filesystem::path& folder, mode_t mode) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return absl::OkStatus();
  if (folder.has_parent_path()) {
    std::filesystem::create_directories(folder.parent_path(), error);
    if (error) return FileTrouble(folder, "cannot be made", error.value());
  }
  if (mkdir(folder.c_str(), mode) != 0) return FileTrouble(folder, "cannot be made", errno);
  return absl::OkStatus();
}

absl::Status GiveFolder(const std::filesystem::path& folder, const FileOwner& owner) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return FileTrouble(folder, "cannot be opened", errno);
  const bool given = fchown(fd, owner.user, owner.group) == 0;
  const int error = errno;
  close(fd);
  return given ? absl::OkStatus() : FileTrouble(folder, "cannot be given away", error);
}

absl::StatusOr<FolderLock> FolderLock::Take(const std::filesystem::path& folder) {
  if (auto status = CheckNobodyElseChanges(folder); !status.ok()) return status;
  const std::string file = (folder / ".lock").string();
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly);
  if (fd < 0) return FileTrouble(file, "cannot be opened", errno);
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
