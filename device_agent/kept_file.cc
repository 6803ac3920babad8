#include "device_agent/kept_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

#include "core/descriptor.h"
#include "core/read_file.h"
#include "core/replace_file.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostBytes = 65'536;

// Else a loss of power could bring back what was removed. What cannot be synced is no worse.
void SyncFolder(const std::filesystem::path& folder) {
  const std::string path = folder.empty() ? "." : folder.string();
  const Descriptor opened(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.valid()) static_cast<void>(fsync(opened.get()));
}

}  // namespace

absl::StatusOr<std::optional<std::string>> KeptFile::Read() const {
  struct stat status {};
  if (lstat(file_.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::optional<std::string>();
    return FileTrouble(file_, "cannot be used", errno);
  }
  if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
      (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::FailedPreconditionError(
        "it is no file of this user's alone, and so not this device's word");
  }
  auto text = ReadWholeFile(file_, kMostBytes);
  if (!text.ok()) return text.status();
  return std::optional<std::string>(*std::move(text));
}

absl::Status KeptFile::Write(std::string_view text) const {
  if (!text.empty()) return ReplaceFile(file_, text, kOwnerOnly);
  if (unlink(file_.c_str()) != 0) {
    return errno == ENOENT ? absl::OkStatus() : FileTrouble(file_, "cannot be removed", errno);
  }
  SyncFolder(file_.parent_path());
  return absl::OkStatus();
}

void KeptFile::PutAside() const {
  std::error_code ignored;
  std::filesystem::rename(file_, file_.string() + ".damaged", ignored);
}

}  // namespace biglittle
