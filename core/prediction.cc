#include "core/prediction.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace biglittle {

std::vector<float> Softmax(std::span<const float> logits, float temperature) {
  assert(temperature > 0.0F);
  std::vector<float> probabilities(logits.size());
  if (logits.empty()) return probabilities;
  const float largest = *std::ranges::max_element(logits);
  // Summed in double: with many classes the small terms would be lost in float.
  double sum = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    probabilities[i] = std::exp((logits[i] - largest) / temperature);
    sum += probabilities[i];
  }
  for (float& probability : probabilities) {
    probability = static_cast<float>(probability / sum);
  }
  return probabilities;
}

Prediction Predict(std::span<const float> logits, std::span<const int> output_classes,
                   float temperature) {
  assert(!logits.empty() && logits.size() == output_classes.size());
  Prediction prediction;
  prediction.probabilities = Softmax(logits, temperature);
  const auto best = std::ranges::max_element(prediction.probabilities);
  prediction.confidence = *best;
  prediction.class_index = output_classes[best - prediction.probabilities.begin()];
  return prediction;
}

}  // namespace biglittle
