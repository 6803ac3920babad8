// What a device agent measures: times as they happen, and the counters of status messages by the
// names of docs/operations.md.
#pragma once

#include <array>
#include <vector>

#include "core/clock.h"
#include "core/program/metrics.h"
#include "core/program/vitals.h"
#include "wire/messages/result.h"

namespace biglittle {

// Thread-safe.
class AgentMetrics {
 public:
  // `metrics` must outlive it.
  explicit AgentMetrics(Metrics& metrics);

  // A reading has its final outcome, `since_capture` after it was captured.
  void Ended(wire::DecidedBy decided_by, SteadyTime::duration since_capture) const;
  // A worker's answer that counts, `round_trip` after its request was handed over.
  void Answered(SteadyTime::duration round_trip) const;

 private:
  const std::array<Metrics::Histogram, 3> reading_seconds_;  // by DecidedBy
  const Metrics::Histogram round_trip_seconds_;
};

// Pure.
std::vector<Measurement> AgentMeasurements(const VitalSigns& signs);

}  // namespace biglittle
