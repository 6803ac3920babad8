// When a head of the little net may answer by itself, as task.yaml states it. What the words mean
// for a prediction: device_agent/little/escalation_policy.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/yaml/choice.h"

namespace biglittle {

// What the little net's outputs stand for.
enum class LittleDesign : std::uint8_t {
  kSubset,     // softmax over the prioritised classes and `other`
  kDetectors,  // one sigmoid for each prioritised class: is it this one?
  kEarlyExit,  // softmax over all classes, at two heads: an early exit and the final one
};
inline constexpr std::array<Choice<LittleDesign>, 3> kLittleDesigns{{
    {LittleDesign::kSubset, "subset", "softmax over the priority classes and `other`"},
    {LittleDesign::kDetectors, "detectors", "one sigmoid for each priority class"},
    {LittleDesign::kEarlyExit, "early_exit",
     "softmax over all labels, at two output tensors, the early exit's first"},
}};

// How sure a prediction is: a number in [0, 1], greater is surer.
enum class Score : std::uint8_t {
  kConfidence,  // the probability of the answer
  kMargin,      // what it is ahead of the second
  kEntropy,     // 1 - entropy / ln(outputs)
  kLogistic,    // a logistic function of the two largest probabilities
};
inline constexpr std::array<Choice<Score>, 4> kScores{{
    {Score::kConfidence, "confidence", "the probability of the answer"},
    {Score::kMargin, "margin", "what it is ahead of the second"},
    {Score::kEntropy, "entropy", "1 - entropy / ln(outputs)"},
    {Score::kLogistic, "logistic", "a logistic function of the two largest probabilities"},
}};

// score = 1 / (1 + exp(-(bias + first * p1 + second * p2))), p1 >= p2 the two largest.
struct LogisticRule {
  float bias = 0.0F;
  float first = 0.0F;
  float second = 0.0F;

  bool operator==(const LogisticRule&) const = default;
};

struct HeadRule {
  // One for each class of the task: its answer counts from this score on. nullopt: never.
  std::vector<std::optional<float>> thresholds;
  std::optional<LogisticRule> logistic;
  // A reading of greater energy is unlike what the nets were trained on; absent: nobody asks.
  std::optional<float> most_energy;

  bool operator==(const HeadRule&) const = default;
};

}  // namespace biglittle
