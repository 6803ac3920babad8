// Files that are seen whole or not at all, with the access that they need from the first byte on.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace biglittle {

inline constexpr mode_t kOwnerOnly = 0600;
inline constexpr mode_t kReadableByAll = 0644;
inline constexpr mode_t kOwnerOnlyFolder = 0700;

struct FileOwner {
  uid_t user = 0;
  gid_t group = 0;
};

// Replaces the file: written beside it under another name, given to `owner` if there is one,
// flushed to the disk, renamed. PermissionDenied or Internal, naming the file, if that cannot be
// done; then the old one stays.
absl::Status ReplaceFile(const std::filesystem::path& file, std::string_view content, mode_t mode,
                         const std::optional<FileOwner>& owner = std::nullopt);

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
