#include "device_agent/escalation_policy.h"

namespace biglittle {

EscalationRule MakeRule(const Task& task, const EscalationConfig& config) {
  EscalationRule rule{config.policy, task.thresholds};
  if (config.threshold) {
    for (const int priority : task.priority_classes) rule.thresholds[priority] = *config.threshold;
  }
  return rule;
}

Decision Decide(const EscalationRule& rule, const Prediction& little) {
  switch (rule.kind) {
    case EscalationPolicyKind::kLittleOnly:
      return Decision::kAnswerLocally;
    case EscalationPolicyKind::kBigOnly:
      return Decision::kEscalate;
    case EscalationPolicyKind::kConfidence:
      break;
  }
  if (little.class_index < 0 ||
      static_cast<std::size_t>(little.class_index) >= rule.thresholds.size()) {
    return Decision::kEscalate;
  }
  const std::optional<float>& threshold = rule.thresholds[little.class_index];
  return threshold && little.confidence >= *threshold ? Decision::kAnswerLocally
                                                      : Decision::kEscalate;
}

}  // namespace biglittle
