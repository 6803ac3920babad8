// The big net of one task in our own engine (nn/): from a batch of readings to an answer for each.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"

#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"
#include "core/program/load_supervisor.h"
#include "core/task/task.h"
#include "nn/classifier.h"

namespace biglittle {

// Not thread-safe: each compute thread has its own.
class EngineNet {
 public:
  // Loads the task's big net; errors as nn::Classifier::Load. `clock` must outlive it.
  static absl::StatusOr<EngineNet> Load(const Task& task, std::size_t max_batch_size,
                                        const Clock& clock);

  // As ServedModel::Classify.
  std::vector<Answer> Classify(Batch batch);

  // Computes once alone and once the largest batch, so that the first request finds its memory
  // touched. Each is a limited part.
  void Warm(const LoadSupervisor::Limited& limited);

 private:
  EngineNet(Task task, nn::Classifier net, const Clock& clock);

  Task task_;
  nn::Classifier net_;
  const Clock* clock_;
};

}  // namespace biglittle
