#include "cloud_worker/models/served_model.h"

#include <utility>

namespace biglittle {

absl::StatusOr<std::shared_ptr<ServedModel>> ServedModel::Load(
    const Task& task, std::size_t max_batch_size, std::size_t nets, const Clock& clock,
    const LoadSupervisor::Limited& limited) {
  std::shared_ptr<ServedModel> model(new ServedModel(task, max_batch_size, nets, clock));
  for (std::size_t i = 0; i < nets; ++i) {
    if (absl::Status loaded = model->Renew(limited); !loaded.ok()) return loaded;
  }
  return model;
}

absl::Status ServedModel::Renew(const LoadSupervisor::Limited& limited) {
  auto net = CloudClassifier::Load(task_, max_batch_size_, clock_);
  if (!net.ok()) return net.status();
  net->Warm(limited);
  GiveBack(std::make_unique<CloudClassifier>(*std::move(net)));
  return absl::OkStatus();
}

std::vector<Answer> ServedModel::Classify(Batch batch) {
  std::unique_ptr<CloudClassifier> net = TakeIdle();
  if (net != nullptr) {
    std::vector<Answer> answers = net->Classify(std::move(batch));
    GiveBack(std::move(net));
    return answers;
  }
  std::vector<Answer> answers;
  for (WorkItem& item : batch.items) {
    answers.push_back(
        {std::move(item.address),
         {item.sequence, wire::Rejection{wire::RejectionReason::kInternal, "no net is free", {}}}});
  }
  return answers;
}

std::unique_ptr<CloudClassifier> ServedModel::TakeIdle() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<CloudClassifier> net = std::move(idle_.back());
  idle_.pop_back();
  return net;
}

void ServedModel::GiveBack(std::unique_ptr<CloudClassifier> net) {
  const std::lock_guard lock(mutex_);
  // A hung thread that comes back after all finds its net replaced.
  if (idle_.size() < nets_) idle_.push_back(std::move(net));
}

}  // namespace biglittle
