#include "cli/training_folder.h"

#include <fmt/format.h>

#include <system_error>

#include "core/shown_text.h"

namespace biglittle {

absl::Status MakeTrainingFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return absl::OkStatus();
  return absl::PermissionDeniedError(fmt::format("{} cannot be made: {}; pass another --out",
                                                 Shown(folder.string()), error.message()));
}

}  // namespace biglittle
