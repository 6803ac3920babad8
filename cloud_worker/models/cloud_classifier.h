// The big net of one task: from a batch of readings to an answer for each.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"

#include "cloud_worker/models/load_supervisor.h"
#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"
#include "core/task/task.h"
#include "nn/classifier.h"

namespace biglittle {

// Not thread-safe: each compute thread has its own.
class CloudClassifier {
 public:
  // Loads the task's big net; errors as nn::Classifier::Load. `clock` must outlive it.
  static absl::StatusOr<CloudClassifier> Load(const Task& task, std::size_t max_batch_size,
                                              const Clock& clock);

  // One answer for each item of the batch, in its order. Items that have expired are not computed.
  // 1 <= batch.items.size() <= max_batch_size.
  std::vector<Answer> Classify(Batch batch);

  // Computes once alone and once the largest batch, so that the first request finds its memory
  // touched. Each is a limited part.
  void Warm(const LoadSupervisor::Limited& limited);

 private:
  CloudClassifier(Task task, nn::Classifier net, const Clock& clock);

  Task task_;
  nn::Classifier net_;
  const Clock* clock_;
};

}  // namespace biglittle
