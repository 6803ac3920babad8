#include "cloud_worker/cloud_classifier.h"

#include <chrono>
#include <utility>

#include "core/normalisation.h"

namespace biglittle {
namespace {

std::chrono::microseconds Microseconds(SteadyTime::duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration);
}

}  // namespace

CloudClassifier::CloudClassifier(const std::map<std::string, Task>& tasks,
                                 std::map<std::string, nn::Classifier> nets, const Clock& clock)
    : tasks_(&tasks), nets_(std::move(nets)), clock_(&clock) {}

absl::StatusOr<CloudClassifier> CloudClassifier::Load(const std::map<std::string, Task>& tasks,
                                                      std::size_t max_batch_size,
                                                      const Clock& clock) {
  std::map<std::string, nn::Classifier> nets;
  for (const auto& [name, task] : tasks) {
    auto net = nn::Classifier::Load(task, task.big, static_cast<std::int64_t>(max_batch_size));
    if (!net.ok()) return net.status();
    nets.emplace(name, *std::move(net));
  }
  return CloudClassifier(tasks, std::move(nets), clock);
}

std::vector<Answer> CloudClassifier::Classify(Batch batch) {
  // The intake admits only tasks that are served, so both are there.
  const Task& task = tasks_->at(batch.task);
  nn::Classifier& net = nets_.at(batch.task);
  const SteadyTime begin = clock_->Now();

  std::vector<Answer> answers;
  answers.reserve(batch.items.size());
  std::vector<std::size_t> computed;  // sample in the batch -> index into answers
  for (WorkItem& item : batch.items) {
    wire::ReadingReply reply{item.sequence, wire::Rejection{wire::RejectionReason::kExpired,
                                                            "its time ran out in the queue"}};
    if (item.expires_at > begin) {
      Normalise(task, item.window, net.features(static_cast<std::int64_t>(computed.size())));
      computed.push_back(answers.size());
      reply.answer = wire::CloudPrediction{};
    }
    answers.push_back({std::move(item.address), std::move(reply)});
  }
  if (computed.empty()) return answers;

  std::vector<Prediction> predictions = net.Classify(static_cast<std::int64_t>(computed.size()));
  const auto compute_time = Microseconds(clock_->Now() - begin);
  for (std::size_t sample = 0; sample < computed.size(); ++sample) {
    auto& answer = std::get<wire::CloudPrediction>(answers[computed[sample]].reply.answer);
    answer.prediction = std::move(predictions[sample]);
    answer.model_digest = task.big.sha256;
    answer.queue_time = Microseconds(begin - batch.items[computed[sample]].arrived_at);
    answer.compute_time = compute_time;
    answer.batch_size = static_cast<std::uint32_t>(computed.size());
  }
  return answers;
}

}  // namespace biglittle
