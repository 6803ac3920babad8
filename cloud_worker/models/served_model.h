// One version of a task's big net as it serves: a net for each compute thread, ready to compute.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"

#include "cloud_worker/models/cloud_classifier.h"
#include "cloud_worker/models/load_supervisor.h"
#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"
#include "core/task/task.h"

namespace biglittle {

// Thread-safe. Shared by the store and by the batches that are being computed with it, so that a
// version can be replaced while they run: the last of them frees it.
class ServedModel {
 public:
  // Loads `nets` nets (>= 1) and warms them, which may take for ever: see LoadSupervisor. Errors as
  // CloudClassifier::Load.
  static absl::StatusOr<std::shared_ptr<ServedModel>> Load(const Task& task,
                                                           std::size_t max_batch_size,
                                                           std::size_t nets, const Clock& clock,
                                                           const LoadSupervisor::Limited& limited);

  const Task& task() const { return task_; }

  // As CloudClassifier::Classify, for at most `nets` threads at once: of one more the readings are
  // refused as internal.
  std::vector<Answer> Classify(Batch batch);

  // Loads one more net, in place of one whose thread hangs and will not give it back.
  absl::Status Renew(const LoadSupervisor::Limited& limited);

 private:
  ServedModel(const Task& task, std::size_t max_batch_size, std::size_t nets, const Clock& clock)
      : task_(task), max_batch_size_(max_batch_size), nets_(nets), clock_(clock) {}

  std::unique_ptr<CloudClassifier> TakeIdle();
  void GiveBack(std::unique_ptr<CloudClassifier> net);

  // Constant after construction.
  const Task task_;
  const std::size_t max_batch_size_;
  const std::size_t nets_;
  const Clock& clock_;

  // Protected by mutex_.
  std::mutex mutex_;
  std::vector<std::unique_ptr<CloudClassifier>> idle_;
};

}  // namespace biglittle
