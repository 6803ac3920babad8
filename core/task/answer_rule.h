// When a head of the little net may answer by itself, as task.yaml states it. What the words mean
// for a prediction: device_agent/little/escalation_policy.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace biglittle {

// What the little net's outputs stand for.
enum class LittleDesign : std::uint8_t {
  kSubset,     // softmax over the prioritised classes and `other`
  kDetectors,  // one sigmoid for each prioritised class: is it this one?
  kEarlyExit,  // softmax over all classes, at two heads: an early exit and the final one
};
inline constexpr std::array<std::string_view, 3> kLittleDesignNames = {"subset", "detectors",
                                                                       "early_exit"};

// How sure a prediction is: a number in [0, 1], greater is surer.
enum class Score : std::uint8_t {
  kConfidence,  // the probability of the answer
  kMargin,      // what it is ahead of the second
  kEntropy,     // 1 - entropy / ln(outputs)
  kLogistic,    // a logistic function of the two largest probabilities
};
inline constexpr std::array<std::string_view, 4> kScoreNames = {"confidence", "margin", "entropy",
                                                                "logistic"};

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
