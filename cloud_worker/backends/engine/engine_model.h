// The backend of our own engine (nn/): a net for each compute thread, ready to compute.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"

#include "cloud_worker/backends/engine/engine_net.h"
#include "cloud_worker/backends/served_model.h"
#include "core/task/task.h"

namespace biglittle {

// Thread-safe.
class EngineModel final : public ServedModel {
 public:
  // Loads options.threads nets (>= 1) and warms them. Errors as EngineNet::Load.
  static absl::StatusOr<std::shared_ptr<ServedModel>> Load(const Task& task,
                                                           const ModelOptions& options,
                                                           const LoadSupervisor::Limited& limited);

  const Task& task() const override { return task_; }
  std::vector<Answer> Classify(Batch batch) override;
  // Loads one more net: a thread that hangs will not give back its own.
  absl::Status Renew(const LoadSupervisor::Limited& limited) override;

 private:
  EngineModel(const Task& task, const ModelOptions& options) : task_(task), options_(options) {}

  std::unique_ptr<EngineNet> TakeIdle();
  void GiveBack(std::unique_ptr<EngineNet> net);

  // Constant after construction.
  const Task task_;
  const ModelOptions options_;

  // Protected by mutex_.
  std::mutex mutex_;
  std::vector<std::unique_ptr<EngineNet>> idle_;
};

}  // namespace biglittle
