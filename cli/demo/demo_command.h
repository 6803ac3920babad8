// `biglittle demo`: a fleet on this machine, from broker to summary.
#pragma once

#include <iosfwd>

#include "cli/demo/demo_plan.h"

namespace biglittle {

// Starts a broker, one worker and the devices as processes of their own, shows their progress on
// `out` and ends with the summary; whatever happens, everything it started has ended when it
// returns. Returns 0 if every reading got exactly one final result, 1 if not or if something failed
// or it was interrupted, 2 if `options` cannot be met; problems go to `err`.
int RunDemo(const DemoOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
