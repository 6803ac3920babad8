// The last arrow on the device: from how a reading ended to what consumers read about it.
#pragma once

#include <string>

#include "core/clock.h"
#include "core/outcome.h"
#include "core/task/task.h"
#include "device_agent/little/little_verdict.h"
#include "wire/messages/result.h"

namespace biglittle {

// Who we are, the same in every result of a run.
struct ResultOrigin {
  std::string fleet;
  std::string device;
  std::string run;
};

// The final result of a reading that ended in `outcome` at `now`. Every field of `result` is
// written: the last reading's may be given again, and what its texts had allocated serves.
void MakeFinalResult(const ResultOrigin& origin, const Task& task, const LittleVerdict& verdict,
                     const Outcome& outcome, SteadyTime now, wire::Result& result);

}  // namespace biglittle
