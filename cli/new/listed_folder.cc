#include "cli/new/listed_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <system_error>

#include "absl/status/status.h"

#include "core/shown_text.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

// A bound on what one mistaken --from may read; a folder of recordings has thousands.
constexpr std::size_t kMostEntries = 100'000;

}  // namespace

absl::StatusOr<std::vector<fs::path>> ListFolder(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().starts_with('.')) continue;
    entries.push_back(at->path());
    if (entries.size() > kMostEntries) {
      return absl::ResourceExhaustedError(
          fmt::format("{} has more than {} entries", Shown(folder.string()), kMostEntries));
    }
  }
  if (error) {
    return absl::NotFoundError(
        fmt::format("{} cannot be read: {}", Shown(folder.string()), error.message()));
  }
  std::ranges::sort(entries);
  return entries;
}

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

}  // namespace biglittle
