#include "cloud_worker/backends/engine/engine_model.h"

#include <utility>

namespace biglittle {

absl::StatusOr<std::shared_ptr<ServedModel>> EngineModel::Load(
    const Task& task, const ModelOptions& options, const LoadSupervisor::Limited& limited) {
  std::shared_ptr<EngineModel> model(new EngineModel(task, options));
  for (std::size_t i = 0; i < options.threads; ++i) {
    if (absl::Status loaded = model->Renew(limited); !loaded.ok()) return loaded;
  }
  return model;
}

absl::Status EngineModel::Renew(const LoadSupervisor::Limited& limited) {
  auto net = EngineNet::Load(task_, options_.max_batch_size, *options_.clock);
  if (!net.ok()) return net.status();
  net->Warm(limited);
  GiveBack(std::make_unique<EngineNet>(*std::move(net)));
  return absl::OkStatus();
}

std::vector<Answer> EngineModel::Classify(Batch batch) {
  std::unique_ptr<EngineNet> net = TakeIdle();
  if (net == nullptr) {
    return RefuseAll(std::move(batch.items),
                     {wire::RejectionReason::kInternal, "no net is free", {}});
  }
  std::vector<Answer> answers = net->Classify(std::move(batch));
  GiveBack(std::move(net));
  return answers;
}

std::unique_ptr<EngineNet> EngineModel::TakeIdle() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<EngineNet> net = std::move(idle_.back());
  idle_.pop_back();
  return net;
}

void EngineModel::GiveBack(std::unique_ptr<EngineNet> net) {
  const std::lock_guard lock(mutex_);
  // A hung thread that comes back after all finds its net replaced.
  if (idle_.size() < options_.threads) idle_.push_back(std::move(net));
}

}  // namespace biglittle
