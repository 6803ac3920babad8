// Files that are seen whole or not at all, with the access that they need from the first byte on.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string_view>

#include "absl/status/status.h"

namespace biglittle {

inline constexpr mode_t kOwnerOnly = 0600;
inline constexpr mode_t kReadableByAll = 0644;

struct FileOwner {
  uid_t user = 0;
  gid_t group = 0;
};

// Replaces the file: written beside it under another name, given to `owner` if there is one,
// flushed to the disk, renamed. The errors of FileTrouble; then the old one stays.
absl::Status ReplaceFile(const std::filesystem::path& file, std::string_view content, mode_t mode,
                         const std::optional<FileOwner>& owner = std::nullopt);

// Makes the folder where it is missing, and those above it, for this user alone (0700). The errors
// of FileTrouble.
absl::Status MakeOwnFolder(const std::filesystem::path& folder);

// "PATH WHAT: the system's words for `error`", an errno. PermissionDenied, with the mend; NotFound;
// or Internal.
absl::Status FileTrouble(const std::filesystem::path& path, const char* what, int error);

}  // namespace biglittle
