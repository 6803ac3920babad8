// The files and folders of provisioning; core/replace_file.h writes them.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/replace_file.h"

namespace biglittle {

inline constexpr mode_t kOwnerOnlyFolder = 0700;

// NotFound, PermissionDenied, or ResourceExhausted for more than `most` bytes.
absl::StatusOr<std::string> ReadSmallFile(const std::filesystem::path& file,
                                          std::size_t most = 64U << 20U);

// With those above it; a folder that is there keeps its mode.
absl::Status MakeFolder(const std::filesystem::path& folder, mode_t mode);

// Only the folder, and not one that a symbolic link leads to.
absl::Status GiveFolder(const std::filesystem::path& folder, const FileOwner& owner);

// Held while a command changes a folder, so that two commands do not mix their changes.
class FolderLock {
 public:
  // Unavailable: another command holds it. FailedPrecondition: somebody else could change what is
  // in the folder, because it is another user's or everybody may write there.
  static absl::StatusOr<FolderLock> Take(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;

 private:
  explicit FolderLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace biglittle
