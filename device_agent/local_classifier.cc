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
  const LocalDecision decision = DecideLocally(rule_, [&](std::size_t head) -> const Prediction& {
    return answer.prediction = net_.ClassifyUpTo(head);
  });
  answer.head = decision.head;
  answer.is_final = decision.answered;
  answer.unlike = rule_.unlike != UnlikeAction::kIgnore &&
                  IsUnlike(rule_.heads[answer.head], answer.prediction);
  return answer;
}

}  // namespace biglittle
