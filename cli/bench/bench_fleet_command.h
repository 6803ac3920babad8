// `biglittle bench fleet`: many devices, one worker and one broker on this machine; whether every
// reading ends once and in time, and what a device and a reading cost.
#pragma once

#include <iosfwd>

#include "cli/bench/bench_fleet_options.h"

namespace biglittle {

// Starts broker, worker and devices as processes, in phases one after the other: one device without
// a broker, some times over; one device; few devices with the readings a second of the many; the
// many. Tells a summary with the targets; the file holds it as one object. Returns the exit code,
// which is about the promise and not about the targets: failed if a reading is lost or ends twice.
// Problems go to `err` in one line.
int RunBenchFleet(const BenchFleetOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
