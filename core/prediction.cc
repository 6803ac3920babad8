#include "core/prediction.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace biglittle {
namespace {

std::vector<float> Sigmoids(std::span<const float> logits, float temperature) {
  std::vector<float> probabilities;
  probabilities.reserve(logits.size());
  for (const float z : logits) probabilities.push_back(1.0F / (1.0F + std::exp(-z / temperature)));
  return probabilities;
}

}  // namespace

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

float Energy(std::span<const float> logits, Activation activation) {
  double sum = 0.0;
  if (activation == Activation::kSigmoid) {
    for (const float z : logits) sum += std::max(z, 0.0F) + std::log1p(std::exp(-std::abs(z)));
    return static_cast<float>(-sum);
  }
  if (logits.empty()) return 0.0F;
  const float largest = *std::ranges::max_element(logits);
  for (const float z : logits) sum += std::exp(z - largest);
  return static_cast<float>(-(largest + std::log(sum)));
}

Prediction Predict(std::span<const float> logits, std::span<const int> output_classes,
                   float temperature, Activation activation) {
  assert(!logits.empty() && logits.size() == output_classes.size());
  Prediction prediction;
  prediction.energy = Energy(logits, activation);
  prediction.probabilities = activation == Activation::kSoftmax ? Softmax(logits, temperature)
                                                                : Sigmoids(logits, temperature);
  const auto best = std::ranges::max_element(prediction.probabilities);
  prediction.confidence = *best;
  prediction.class_index = output_classes[best - prediction.probabilities.begin()];
  if (activation == Activation::kSigmoid && *best < 0.5F) {
    prediction.class_index = kOtherClass;
    prediction.confidence = 1.0F - *best;
  }
  return prediction;
}

}  // namespace biglittle
