#include "cli/standard_streams.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/program/exit_code.h"

namespace biglittle {

int ExitCodeOnceWritten(int code, std::ostream& out, std::ostream& err) {
  const bool was_good = out.good();
  errno = 0;
  out.flush();
  if (out.good()) return code;
  // Of what failed earlier the reason is not known any more.
  const std::string reason = was_good && errno != 0 ? std::strerror(errno) : "";
  err << fmt::format("biglittle: the output cannot be written{}{}\n", reason.empty() ? "" : ": ",
                     reason);
  return code == kExitDone ? kExitFailed : code;
}

}  // namespace biglittle
