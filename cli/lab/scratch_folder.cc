#include "cli/lab/scratch_folder.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <string>
#include <system_error>

namespace biglittle {

absl::StatusOr<ScratchFolder> ScratchFolder::Make(std::string_view name) {
  std::string pattern =
      (std::filesystem::temp_directory_path() / fmt::format("biglittle-{}-XXXXXX", name)).string();
  if (mkdtemp(pattern.data()) == nullptr) {
    return absl::InternalError(fmt::format("no folder {} can be made", pattern));
  }
  return ScratchFolder(pattern);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty() && !kept_) std::filesystem::remove_all(path_, ignored);
}

}  // namespace biglittle
