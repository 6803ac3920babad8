#include "nn/classifier_pool.h"

#include <algorithm>
#include <thread>

namespace biglittle::nn {

absl::StatusOr<std::shared_ptr<ClassifierPool>> ClassifierPool::Load(const Task& task,
                                                                     const NetDescription& net) {
  absl::StatusOr<Classifier> first = Classifier::Load(task, net, 1);
  if (!first.ok()) return first.status();
  return std::shared_ptr<ClassifierPool>(new ClassifierPool(*std::move(first)));
}

ClassifierPool::ClassifierPool(Classifier first) {
  nets_.push_back(std::make_unique<Classifier>(std::move(first)));
  free_.push_back(nets_.back().get());
}

absl::Status ClassifierPool::AddUser() {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::lock_guard lock(mutex_);
  if (++users_ <= nets_.size() || nets_.size() >= cores) return absl::OkStatus();
  absl::StatusOr<Classifier> net = nets_.front()->Another();
  if (!net.ok()) return net.status();
  nets_.push_back(std::make_unique<Classifier>(*std::move(net)));
  free_.push_back(nets_.back().get());
  returned_.notify_one();
  return absl::OkStatus();
}

std::size_t ClassifierPool::nets() {
  const std::lock_guard lock(mutex_);
  return nets_.size();
}

ClassifierPool::Lease ClassifierPool::Take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return !free_.empty(); });
  Classifier* const net = free_.back();
  free_.pop_back();
  return {*this, net};
}

void ClassifierPool::Return(Classifier* net) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(net);
  }
  returned_.notify_one();
}

}  // namespace biglittle::nn
