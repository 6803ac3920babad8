#include "device_agent/little/local_classifier.h"

#include <fmt/format.h>

#include <utility>

#include "core/task/escalated_tensor.h"
#include "core/task/normalisation.h"

namespace biglittle {

Tensor EscalatedTensor(const Task& task, const Tensor& window, nn::Classifier& little) {
  if (!task.EscalatesFeatures()) return window;
  return FeaturesTensor(task, little.EscalatedFeatures());
}

LocalClassifier::LocalClassifier(std::shared_ptr<nn::ClassifierPool> nets, EscalationRule rule)
    : nets_(std::move(nets)), rule_(std::move(rule)) {}

absl::StatusOr<LocalClassifier> LocalClassifier::Load(const Task& task,
                                                      const EscalationConfig& config) {
  // The rule's errors first: they need no file.
  if (const auto rule = MakeRule(task, config); !rule.ok()) return rule.status();
  auto nets = nn::ClassifierPool::Load(task, task.little);
  if (!nets.ok()) return nets.status();
  return Make(task, config, *std::move(nets));
}

absl::StatusOr<LocalClassifier> LocalClassifier::Make(const Task& task,
                                                      const EscalationConfig& config,
                                                      std::shared_ptr<nn::ClassifierPool> nets) {
  absl::StatusOr<EscalationRule> rule = MakeRule(task, config);
  if (!rule.ok()) return rule.status();
  if (absl::Status added = nets->AddUser(); !added.ok()) return added;
  return LocalClassifier(std::move(nets), *std::move(rule));
}

absl::Status LocalClassifier::SetRule(EscalationRule rule) {
  if (rule.heads.size() != rule_.heads.size()) {
    return absl::InvalidArgumentError(fmt::format("the rule is for {} heads, the little net has {}",
                                                  rule.heads.size(), rule_.heads.size()));
  }
  rule_ = std::move(rule);
  return absl::OkStatus();
}

LocalAnswer LocalClassifier::Classify(const Task& task, const Tensor& window) {
  const nn::ClassifierPool::Lease net = nets_->Take();
  Normalise(task, window, net->features(0));
  LocalAnswer answer;
  const LocalDecision decision = DecideLocally(rule_, [&](std::size_t head) -> const Prediction& {
    return answer.prediction = net->ClassifyUpTo(head);
  });
  answer.head = decision.head;
  answer.is_final = decision.answered;
  answer.unlike = rule_.unlike != UnlikeAction::kIgnore &&
                  IsUnlike(rule_.heads[answer.head], answer.prediction);
  if (!answer.is_final && task.EscalatesFeatures()) {
    answer.features = FeaturesTensor(task, net->EscalatedFeatures());
  }
  return answer;
}

Tensor LocalClassifier::Escalated(const Task& task, const Tensor& window) {
  if (!task.EscalatesFeatures()) return window;
  const nn::ClassifierPool::Lease net = nets_->Take();
  Normalise(task, window, net->features(0));
  static_cast<void>(net->ClassifyUpTo(0));
  return EscalatedTensor(task, window, *net);
}

}  // namespace biglittle
