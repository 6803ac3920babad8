// What a net says about one reading.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace biglittle {

// The little net's way to say "none of my prioritised classes"; never an index into the labels.
inline constexpr int kOtherClass = -1;
// How files and messages call kOtherClass; no label has this name.
inline constexpr std::string_view kOtherName = "other";

// How logits become probabilities: softmax where exactly one output is right, sigmoid where each
// output is a question of its own.
enum class Activation : std::uint8_t { kSoftmax, kSigmoid };

struct Prediction {
  // Index into the task's labels, or kOtherClass.
  int class_index = kOtherClass;
  // The calibrated probability of that class, in [0, 1].
  float confidence = 0.0F;
  // One for each output of the net, in the net's own order; empty where nothing was computed.
  std::vector<float> probabilities;
  // How little the reading looks like training data, in logits: the less, the more alike.
  float energy = 0.0F;

  bool operator==(const Prediction&) const = default;
};

// Softmax of logits / temperature, computed against overflow. `temperature` > 0.
// Source: Guo et al., "On Calibration of Modern Neural Networks", 2017, section 4.2.
std::vector<float> Softmax(std::span<const float> logits, float temperature);

// The energy of uncalibrated logits: -ln(sum exp z) for softmax, -sum ln(1 + exp z) for sigmoids.
// Sources: Liu et al., "Energy-based Out-of-distribution Detection", 2020; Wang et al., "Can
// multi-label classification networks know what they don't know?", 2021.
float Energy(std::span<const float> logits, Activation activation);

// Turns a net's logits into a prediction. output_classes[i] is the class index that output i stands
// for; sizes must be equal and not 0; temperature > 0.
// kSoftmax: temperature-scaled softmax, then the first largest.
// kSigmoid: the sigmoid of each logit / temperature, then the first largest if it is one half or
// more. Else the class is kOtherClass, and the confidence is that of all saying no: one minus the
// largest.
Prediction Predict(std::span<const float> logits, std::span<const int> output_classes,
                   float temperature, Activation activation = Activation::kSoftmax);

}  // namespace biglittle
