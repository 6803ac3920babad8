// A family of escalation rules with one knob, learned from labelled readings: from "escalate
// everything" to "answer everything here". Every objective of `tune` is a search along it.
//
// Each head and class has a curve: the probability that answering here is a mistake, as a logistic
// function of the score's logit (Platt, "Probabilistic outputs for support vector machines", 1999),
// with a slope for the head and an offset for the class that a prior holds near the head's own. The
// knob is that probability: a reading is answered where its curve is at most the knob.
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cli/tuning/calibration.h"
#include "cli/tuning/cascade_table.h"
#include "core/prediction.h"
#include "core/task/answer_rule.h"
#include "core/task/task.h"
#include "device_agent/little/escalation_policy.h"

namespace biglittle {

// What counts as a mistake of answering here.
enum class Mistake : std::uint8_t {
  kAskingHelps,  // this head is wrong, and one behind it or the big net is right
  kWrong,        // this head is wrong
};

struct FamilyChoice {
  Score score = Score::kConfidence;
  bool per_class = true;  // else one threshold for all classes
  Mistake mistake = Mistake::kAskingHelps;
  // Share of the rows that may be called unlike the training data; 0: nobody asks.
  double unlike_share = 0.0;
};

// An early exit is asked for at most this probability of a mistake, wherever the knob is: what it
// hands on costs the device little, and needs no network.
inline constexpr double kMostExitMistake = 0.01;

// A head's: the probability of a mistake is the logistic function of offset + slope * logit(score).
struct MistakeCurve {
  double slope = -1.0;          // negative
  std::vector<double> offsets;  // by class index
};

class RuleFamily {
 public:
  // Learns from `rows` of the predictions, made at `task`'s temperatures, and the true classes.
  // Only classes that the little net names are ever answered.
  static RuleFamily Fit(const Task& task, const CascadePredictions& predictions,
                        const std::vector<int>& truth, const Rows& rows,
                        const FamilyChoice& choice);

  // The rule at a knob in (0, 1): thresholds rounded up to six digits, none above 1.
  EscalationRule At(double knob) const;

  // The probability of a mistake that the curve of `head` gives `prediction`; 1 for a class that is
  // never answered.
  double MistakeOf(std::size_t head, const Prediction& prediction) const;

  const FamilyChoice& choice() const { return choice_; }

 private:
  FamilyChoice choice_;
  std::vector<MistakeCurve> curves_;
  std::vector<HeadRule> bare_;  // everything but the thresholds
  std::vector<int> classes_;    // that may be answered
};

}  // namespace biglittle
