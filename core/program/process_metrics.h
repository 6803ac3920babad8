// What the operating system knows of this process, under the names that Prometheus' own clients
// give it: process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds; and which
// release this is, biglittle_build_info.
#pragma once

#include <vector>

#include "core/program/metrics.h"

namespace biglittle {

// What cannot be read is left out. Thread-safe.
std::vector<Measurement> ProcessMeasurements();

}  // namespace biglittle
