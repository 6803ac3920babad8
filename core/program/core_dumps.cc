#include "core/program/core_dumps.h"

#include <sys/prctl.h>

#include <cstdlib>
#include <string_view>

namespace biglittle {

void KeepKeysOutOfCoreDumps() {
  const char* kept = std::getenv(kCoreDumpsVariable);
  if (kept != nullptr && std::string_view(kept) == "1") return;
  // Fails for no reason that there is.
  static_cast<void>(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

}  // namespace biglittle
