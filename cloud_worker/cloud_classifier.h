// The big nets of a worker, one a task: from a batch of readings to an answer for each.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "cloud_worker/work_item.h"
#include "core/clock.h"
#include "core/task.h"
#include "nn/classifier.h"

namespace biglittle {

// Not thread-safe: each compute thread has its own.
class CloudClassifier {
 public:
  // Loads the big net of every task; errors as nn::Classifier::Load. `tasks` must outlive it.
  static absl::StatusOr<CloudClassifier> Load(const std::map<std::string, Task>& tasks,
                                              std::size_t max_batch_size, const Clock& clock);

  // One answer for each item of the batch, in its order. Items that have expired are not computed.
  std::vector<Answer> Classify(Batch batch);

 private:
  CloudClassifier(const std::map<std::string, Task>& tasks,
                  std::map<std::string, nn::Classifier> nets, const Clock& clock);

  const std::map<std::string, Task>* tasks_;
  std::map<std::string, nn::Classifier> nets_;
  const Clock* clock_;
};

}  // namespace biglittle
