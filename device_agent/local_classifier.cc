#include "device_agent/local_classifier.h"

#include <utility>

#include "core/normalisation.h"

namespace biglittle {

LocalClassifier::LocalClassifier(nn::Classifier net, EscalationRule rule)
    : net_(std::move(net)), rule_(std::move(rule)) {}

absl::StatusOr<LocalClassifier> LocalClassifier::Load(const Task& task,
                                                      const EscalationConfig& config) {
  absl::StatusOr<EscalationRule> rule = MakeRule(task, config);
  if (!rule.ok()) return rule.status();
  absl::StatusOr<nn::Classifier> net = nn::Classifier::Load(task, task.little, 1);
  if (!net.ok()) return net.status();
  return LocalClassifier(*std::move(net), *std::move(rule));
}

LocalAnswer LocalClassifier::Classify(const Task& task, const Tensor& window) {
  Normalise(task, window, net_.features(0));
  LocalAnswer answer;
  for (;; ++answer.head) {
    answer.prediction = net_.ClassifyUpTo(answer.head);
    const Decision decision = Decide(rule_, answer.head, answer.prediction);
    if (decision == Decision::kAskNextHead) continue;
    answer.is_final = decision == Decision::kAnswerLocally;
    break;
  }
  answer.unlike = rule_.unlike != UnlikeAction::kIgnore &&
                  IsUnlike(rule_.heads[answer.head], answer.prediction);
  return answer;
}

}  // namespace biglittle
