// `biglittle demo --dashboard`: a fleet on this machine and its console in a browser.
#pragma once

#include <iosfwd>

#include "cli/demo/demo_plan.h"

namespace biglittle {

// Starts a broker that serves the console too, workers and devices, says where on `out`, and keeps
// them alive until it is interrupted: whoever of them is killed comes back some seconds later.
// Everything it started has ended when it returns. Returns 0 if it was interrupted, 1 if something
// failed, 2 if `options` cannot be met; problems go to `err`.
int RunDashboardDemo(const DemoOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
