// Which readings does the device answer by itself? Pure functions: no clock, no network.
//
// Sources of the method: E. De Coninck et al., "Distributed Neural Networks for Internet of Things:
// The Big-Little Approach", 2015: the little net answers for its prioritised classes, everything
// else goes to the big net. S. Teerapittayanon et al., "BranchyNet: Fast Inference via Early
// Exiting from Deep Neural Networks", 2016: an early head answers where it is sure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "core/fleet/escalation_config.h"
#include "core/prediction.h"
#include "core/task/answer_rule.h"
#include "core/task/task.h"

namespace biglittle {

enum class Decision : std::uint8_t { kAnswerLocally, kAskNextHead, kEscalate };

enum class EscalationMode : std::uint8_t { kByScore, kLittleOnly, kBigOnly };

struct EscalationRule {
  EscalationMode mode = EscalationMode::kByScore;
  Score score = Score::kConfidence;
  UnlikeAction unlike = UnlikeAction::kEscalate;
  std::vector<HeadRule> heads;  // at least one; the early exit first
};

// The task's rule, which was chosen from data, as far as the configuration does not override it.
// InvalidArgument where a score is asked for that the task has no thresholds (or, for the logistic
// one, no weights) for, and the configuration names no threshold.
absl::StatusOr<EscalationRule> MakeRule(const Task& task, const EscalationConfig& config);

// How sure a prediction is, in [0, 1]; greater is surer. Probabilities that are not a distribution
// (sigmoids) are scaled to one for kEntropy. `logistic` is only read for kLogistic. A net of one
// output counts 0 as its second probability.
float ScoreOf(Score score, const Prediction& prediction,
              const std::optional<LogisticRule>& logistic);

// The reading has more energy than the head's bound, or an energy that is not a number.
bool IsUnlike(const HeadRule& rule, const Prediction& prediction);

// What follows from what head `head` says, 0 <= head < rule.heads.size().
// kByScore: locally if the named class has a threshold and the score reaches it (thresholds are
// inclusive), unless the reading is unlike the training data and such are escalated, or the
// confidence is not a number. Else the next head is asked; behind the last one the reading is
// escalated. kLittleOnly: locally by the last head, whatever it says. kBigOnly: always escalate.
Decision Decide(const EscalationRule& rule, std::size_t head, const Prediction& prediction);

// How a reading ends on the device: answered by `head`, or escalated after `head`, the last asked.
struct LocalDecision {
  bool answered = false;
  std::size_t head = 0;
};

// Asks one head after the other until one answers or all were asked. prediction_of(head) is called
// once for each head that is asked, in order, and returns what it says.
template <typename PredictionOf>
LocalDecision DecideLocally(const EscalationRule& rule, PredictionOf prediction_of) {
  for (std::size_t head = 0;; ++head) {
    const Decision decision = Decide(rule, head, prediction_of(head));
    if (decision != Decision::kAskNextHead) return {decision == Decision::kAnswerLocally, head};
  }
}

}  // namespace biglittle
