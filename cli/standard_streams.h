// The end of a command whose output somebody may have closed or whose disk is full: output that is
// lost must not pass for success.
#pragma once

#include <ostream>

namespace biglittle {

// The exit code of a command that ended with `code` and printed to `out`: kExitFailed, with a line
// to `err`, where `out` has not taken all of it and nothing else went wrong.
int ExitCodeOnceWritten(int code, std::ostream& out, std::ostream& err);

}  // namespace biglittle
