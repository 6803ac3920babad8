#include "cli/text_file.h"

#include <fmt/format.h>

#include <fstream>

namespace biglittle {

absl::Status WriteTextFile(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  out.close();
  if (out) return absl::OkStatus();
  return absl::InternalError(fmt::format(
      "{} cannot be written: check that its folder exists and is yours, and the free space",
      path.string()));
}

}  // namespace biglittle
