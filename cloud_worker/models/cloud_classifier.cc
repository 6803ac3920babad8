#include "cloud_worker/models/cloud_classifier.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/task/normalisation.h"

namespace biglittle {
namespace {

std::chrono::microseconds Microseconds(SteadyTime::duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration);
}

}  // namespace

CloudClassifier::CloudClassifier(Task task, nn::Classifier net, const Clock& clock)
    : task_(std::move(task)), net_(std::move(net)), clock_(&clock) {}

absl::StatusOr<CloudClassifier> CloudClassifier::Load(const Task& task, std::size_t max_batch_size,
                                                      const Clock& clock) {
  auto net = nn::Classifier::Load(task, task.big, static_cast<std::int64_t>(max_batch_size));
  if (!net.ok()) return net.status();
  return CloudClassifier(task, *std::move(net), clock);
}

void CloudClassifier::Warm(const LoadSupervisor::Limited& limited) {
  for (const std::int64_t batch : {std::int64_t{1}, net_.max_batch()}) {
    for (std::int64_t i = 0; i < batch; ++i) std::ranges::fill(net_.features(i), 0.0F);
    if (!limited([&] { static_cast<void>(net_.Classify(batch)); })) return;
  }
}

std::vector<Answer> CloudClassifier::Classify(Batch batch) {
  const SteadyTime begin = clock_->Now();

  std::vector<Answer> answers;
  answers.reserve(batch.items.size());
  std::vector<std::size_t> computed;  // sample in the batch -> index into answers
  for (WorkItem& item : batch.items) {
    wire::ReadingReply reply{item.sequence, wire::Rejection{wire::RejectionReason::kExpired,
                                                            "its time ran out in the queue"}};
    if (item.expires_at > begin) {
      Normalise(task_, item.window, net_.features(static_cast<std::int64_t>(computed.size())));
      computed.push_back(answers.size());
      reply.answer = wire::CloudPrediction{};
    }
    answers.push_back({std::move(item.address), std::move(reply)});
  }
  if (computed.empty()) return answers;

  std::vector<Prediction> predictions = net_.Classify(static_cast<std::int64_t>(computed.size()));
  const auto compute_time = Microseconds(clock_->Now() - begin);
  for (std::size_t sample = 0; sample < computed.size(); ++sample) {
    if (!std::isfinite(predictions[sample].confidence)) {
      // No device would read it, nor what shares a message with it.
      answers[computed[sample]].reply.answer = wire::Rejection{
          wire::RejectionReason::kInvalid, "its values are too large for the big net", {}};
      continue;
    }
    auto& answer = std::get<wire::CloudPrediction>(answers[computed[sample]].reply.answer);
    answer.prediction = std::move(predictions[sample]);
    answer.model_digest = task_.big.sha256;
    const WorkItem& item = batch.items[computed[sample]];
    answer.queue_time = Microseconds(begin - item.arrived_at);
    answer.take_time = Microseconds(item.queued_at - item.arrived_at);
    if (item.same_clock) answer.arrived_at = item.arrived_at;
    answer.compute_time = compute_time;
    answer.batch_size = static_cast<std::uint32_t>(computed.size());
  }
  return answers;
}

}  // namespace biglittle
