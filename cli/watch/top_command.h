// `biglittle watch --top`: the fleet as it is, on the whole terminal, a line a device.
#pragma once

#include <iosfwd>

#include "absl/status/status.h"

#include "cli/watch/watch_target.h"

namespace biglittle {

// Until somebody quits it or it is interrupted. FailedPrecondition: standard output is no terminal
// that has a screen; Unavailable: the terminal is gone. What was logged meanwhile goes to `err`
// afterwards. The terminal is as it was when this returns or throws.
absl::Status ShowTop(const WatchTarget& target, std::ostream& err);

}  // namespace biglittle
