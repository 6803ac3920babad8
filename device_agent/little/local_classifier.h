// The little net and the rule that says when its answer counts: all that happens with a reading
// before it is answered here or escalated.
//
// Not thread-safe; several may share their nets.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"

#include "core/fleet/escalation_config.h"
#include "core/prediction.h"
#include "core/task/task.h"
#include "core/tensor.h"
#include "device_agent/little/escalation_policy.h"
#include "nn/classifier_pool.h"

namespace biglittle {

struct LocalAnswer {
  Prediction prediction;  // of the head that was asked last
  std::size_t head = 0;   // which one that was; an early exit is 0
  bool unlike = false;    // unlike the training data, where the rule asks for that
  bool is_final = false;  // answered here; else to be escalated
  // What is sent in place of the window, where it is to be escalated and the task says so.
  std::optional<Tensor> features;
};

// What a device of the task sends of `window`, of which `little` was asked something last: the
// window itself, or its features.
Tensor EscalatedTensor(const Task& task, const Tensor& window, nn::Classifier& little);

class LocalClassifier {
 public:
  // Loads the task's little net; errors as nn::Classifier::Load and MakeRule.
  static absl::StatusOr<LocalClassifier> Load(const Task& task, const EscalationConfig& config);

  // The same with nets of the task that were loaded before, as one user more of them.
  static absl::StatusOr<LocalClassifier> Make(const Task& task, const EscalationConfig& config,
                                              std::shared_ptr<nn::ClassifierPool> nets);

  // Asks one head after the other until one may answer. `window` must have passed CheckWindow for
  // the same task.
  LocalAnswer Classify(const Task& task, const Tensor& window);

  // What would be sent of the window if it were escalated; `window` as above.
  Tensor Escalated(const Task& task, const Tensor& window);

  const EscalationRule& rule() const { return rule_; }
  // From the next reading on. InvalidArgument, and nothing changes, unless it has as many heads as
  // the one before, which were the net's.
  absl::Status SetRule(EscalationRule rule);

 private:
  LocalClassifier(std::shared_ptr<nn::ClassifierPool> nets, EscalationRule rule);

  std::shared_ptr<nn::ClassifierPool> nets_;
  EscalationRule rule_;
};

}  // namespace biglittle
