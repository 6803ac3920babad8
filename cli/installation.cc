#include "cli/installation.h"

#include <cstdlib>

namespace biglittle {

Installation Installation::Find() {
  Installation found;
  const char* home = std::getenv("BIGLITTLE_HOME");
  found.home = home != nullptr && *home != '\0' ? home : BIGLITTLE_SOURCE_DIR;
  std::error_code error;
  found.programs = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  return found;
}

}  // namespace biglittle
