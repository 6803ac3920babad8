// What a net says about one reading.
#pragma once

#include <span>
#include <vector>

namespace biglittle {

// The little net's way to say "none of my prioritised classes"; never an index into the labels.
inline constexpr int kOtherClass = -1;

struct Prediction {
  // Index into the task's labels, or kOtherClass.
  int class_index = kOtherClass;
  // The calibrated probability of that class, in [0, 1].
  float confidence = 0.0F;
  // One for each output of the net, in the net's own order; empty where nothing was computed.
  std::vector<float> probabilities;

  bool operator==(const Prediction&) const = default;
};

// Softmax of logits / temperature, computed against overflow. `temperature` > 0.
// Source: Guo et al., "On Calibration of Modern Neural Networks", 2017, section 4.2.
std::vector<float> Softmax(std::span<const float> logits, float temperature);

// Turns a net's logits into a prediction: temperature-scaled softmax, then the first largest.
// output_classes[i] is the class index that output i stands for; sizes must be equal and not 0.
Prediction Predict(std::span<const float> logits, std::span<const int> output_classes,
                   float temperature);

}  // namespace biglittle
