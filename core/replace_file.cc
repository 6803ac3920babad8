#include "core/replace_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>

namespace biglittle {
namespace {

// Without it a power cut could bring back what was replaced: a list without its last revocation.
bool FlushFolderOf(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool flushed = fsync(fd) == 0;
  close(fd);
  return flushed;
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

absl::Status FileTrouble(const std::filesystem::path& path, const char* what, int error) {
  std::string text = fmt::format("{} {}: {}", path.string(), what, std::strerror(error));
  if (error == EACCES || error == EPERM || error == EROFS) {
    return absl::PermissionDeniedError(text + "; run it as the folder's owner");
  }
  if (error == ENOENT) return absl::NotFoundError(text);
  return absl::InternalError(text);
}

absl::Status MakeOwnFolder(const std::filesystem::path& folder) {
  std::error_code error;
  if (folder.empty() || std::filesystem::is_directory(folder, error)) return absl::OkStatus();
  const std::filesystem::path above = folder.parent_path();
  if (absl::Status made = above == folder ? absl::OkStatus() : MakeOwnFolder(above); !made.ok()) {
    return made;
  }
  if (mkdir(folder.c_str(), S_IRWXU) == 0 || errno == EEXIST) return absl::OkStatus();
  return FileTrouble(folder, "cannot be made", errno);
}

absl::Status ReplaceFile(const std::filesystem::path& file, std::string_view content, mode_t mode,
                         const std::optional<FileOwner>& owner) {
  const std::string beside = file.string() + ".new";
  unlink(beside.c_str());  // left behind by a command that was killed
  const int fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return FileTrouble(file, "cannot be written", errno);
  // The process's umask may have taken what others need.
  // Given away before it has its name: later, the new owner could have put a link there.
  const bool written = fchmod(fd, mode) == 0 &&
                       (!owner || fchown(fd, owner->user, owner->group) == 0) &&
                       WriteAll(fd, content);
  const int error = errno;
  close(fd);
  if (written && std::rename(beside.c_str(), file.c_str()) == 0) {
    return FlushFolderOf(file) ? absl::OkStatus() : FileTrouble(file, "cannot be flushed", errno);
  }
  const int cause = written ? errno : error;
  unlink(beside.c_str());
  return FileTrouble(file, "cannot be written", cause);
}

}  // namespace biglittle
