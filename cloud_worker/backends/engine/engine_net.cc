#include "cloud_worker/backends/engine/engine_net.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "cloud_worker/backends/batch_answers.h"
#include "core/task/escalated_tensor.h"

namespace biglittle {

EngineNet::EngineNet(Task task, nn::Classifier net, const Clock& clock)
    : task_(std::move(task)), net_(std::move(net)), clock_(&clock) {}

absl::StatusOr<EngineNet> EngineNet::Load(const Task& task, std::size_t max_batch_size,
                                          const Clock& clock) {
  auto net = nn::Classifier::Load(task, task.big, static_cast<std::int64_t>(max_batch_size));
  if (!net.ok()) return net.status();
  return EngineNet(task, *std::move(net), clock);
}

void EngineNet::Warm(const LoadSupervisor::Limited& limited) {
  for (const std::int64_t batch : {std::int64_t{1}, net_.max_batch()}) {
    for (std::int64_t i = 0; i < batch; ++i) std::ranges::fill(net_.features(i), 0.0F);
    if (!limited([&] { static_cast<void>(net_.Classify(batch)); })) return;
  }
}

std::vector<Answer> EngineNet::Classify(Batch batch) {
  BatchAnswers answers(std::move(batch), clock_->Now());
  const std::size_t samples = answers.samples();
  std::vector<Prediction> predictions;
  if (samples > 0) {
    for (std::size_t sample = 0; sample < samples; ++sample) {
      FillBigInput(task_, answers.window(sample), net_.features(static_cast<std::int64_t>(sample)));
    }
    predictions = net_.Classify(static_cast<std::int64_t>(samples));
  }
  return answers.Take(std::move(predictions), task_.big.sha256, clock_->Now());
}

}  // namespace biglittle
