// What a reading that the little net answers costs its device: the CPU time of `biglittle bench
// link`'s row for it.
#pragma once

#include <chrono>

#include "absl/status/statusor.h"

#include "core/fleet/fleet_config.h"
#include "core/program/stop_signal.h"
#include "core/task/task.h"

namespace biglittle {

inline constexpr char kLocalCostTask[] = "har";

// CPU time of one reading, in microseconds.
struct LocalReadingCost {
  // From the source to the session, without the net: the difference of two medians.
  double agent_thread_us = 0.0;
  double process_us = 0.0;  // of all threads, MQTT's among them, with the net; the mean
  double net_us = 0.0;      // normalisation and little net alone, on the same windows; the median
};

// Runs a device's agent for `length` over seeded windows, paced as a sensor would, with a session
// to the fleet's broker; all is answered by the little net. The agent and a net alone go in turns.
// Errors as those of the parts; Unavailable if the broker cannot be reached or does not take the
// results; Cancelled as soon as `stop` is requested.
absl::StatusOr<LocalReadingCost> MeasureLocalReading(const FleetConfig& fleet, const Task& task,
                                                     std::chrono::duration<double> length,
                                                     const StopSignal& stop);

}  // namespace biglittle
