// `biglittle watch`: a fleet's results, line by line, as they come; or the fleet as it is, a line a
// device.
#pragma once

#include <iosfwd>

#include "cli/watch/watch_options.h"

namespace biglittle {

// Runs until interrupted, or until `count` results were shown; connects when it can. Returns the
// exit code; problems go to `err` in one line. With `top` on the terminal of standard output, else
// on `out`.
int RunWatch(const WatchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
