// Which readings does the device answer by itself? Pure functions: no clock, no network.
//
// Source of the method: E. De Coninck et al., "Distributed Neural Networks for Internet of Things:
// The Big-Little Approach", 2015: the little net answers for its prioritised classes, everything
// else goes to the big net.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/fleet_config.h"
#include "core/prediction.h"
#include "core/task.h"

namespace biglittle {

enum class Decision : std::uint8_t { kAnswerLocally, kEscalate };

struct EscalationRule {
  EscalationPolicyKind kind = EscalationPolicyKind::kConfidence;
  // By class index; nullopt: never answered locally. Thresholds are inclusive.
  std::vector<std::optional<float>> thresholds;
};

// The task's thresholds, which were chosen from data, unless the configuration overrides them.
EscalationRule MakeRule(const Task& task, const EscalationConfig& config);

// kConfidence: locally if the class is prioritised and the confidence reaches its threshold.
// kLittleOnly: always locally. kBigOnly: always escalate.
Decision Decide(const EscalationRule& rule, const Prediction& little);

}  // namespace biglittle
