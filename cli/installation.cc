#include "cli/installation.h"

#include <cstdlib>

namespace biglittle {

std::filesystem::path HomeOf(const std::filesystem::path& programs,
                             const std::filesystem::path& environment,
                             const std::filesystem::path& source_tree) {
  if (!environment.empty()) return environment;
  std::filesystem::path installed = programs.parent_path() / "share" / "biglittle";
  std::error_code error;
  const bool is_installed = std::filesystem::is_directory(installed, error);
  return is_installed || source_tree.empty() ? installed : source_tree;
}

Installation Installation::Find() {
  Installation found;
  std::error_code error;
  found.programs = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const char* home = std::getenv("BIGLITTLE_HOME");
  found.home = HomeOf(found.programs, home == nullptr ? "" : home, BIGLITTLE_SOURCE_TREE);
  return found;
}

}  // namespace biglittle
