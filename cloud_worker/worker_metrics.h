// What a cloud worker measures: batches as they are computed, and the counters of status messages
// by the names of docs/operations.md.
#pragma once

#include <vector>

#include "cloud_worker/queue/work_item.h"
#include "core/program/metrics.h"
#include "core/program/vitals.h"

namespace biglittle {

// Thread-safe.
class WorkerMetrics {
 public:
  // `metrics` must outlive it.
  explicit WorkerMetrics(Metrics& metrics);

  // A batch was computed, and these are its answers.
  void Computed(const std::vector<Answer>& answers) const;

 private:
  const Metrics::Histogram batch_size_;
  const Metrics::Histogram queue_seconds_;
  const Metrics::Histogram compute_seconds_;
};

// Pure.
std::vector<Measurement> WorkerMeasurements(const VitalSigns& signs);

}  // namespace biglittle
