// What convolutions and dense layers do with their sums on the way out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nn/kernel/activation.h"
#include "nn/kernel/kernel.h"
#include "nn/kernel/workers.h"
#include "nn/operators/apply_activation.h"

namespace biglittle::nn {

// Adds operand 1, of the output's shape, if a sum was absorbed; then applies the activation.
class Epilogue {
 public:
  // Nothing was absorbed: what comes next may still go into the weights.
  bool empty() const { return !sum_ && activation_.kind == ActivationKind::kNone; }
  bool sum() const { return sum_; }
  // The part of the activation that costs nothing while the sums are in registers.
  Clamp clamp() const { return FusedClamp(activation_).value_or(Clamp{}); }

  // clamp() stands for the whole activation.
  const Activation& activation() const { return activation_; }
  bool clamps() const { return FusedClamp(activation_).has_value(); }

  // As those of Kernel; AbsorbActivation takes nothing but an activation.
  bool AbsorbSum() {
    if (!empty()) return false;
    sum_ = true;
    return true;
  }
  bool AbsorbActivation(const Kernel& next) {
    const std::optional<Activation> activation = next.AsActivation();
    if (activation_.kind != ActivationKind::kNone || !activation.has_value()) return false;
    activation_ = *activation;
    return true;
  }

  // Applies what clamp() does not stand for.
  void Finish(float* output, std::int64_t count, Workers& workers) const {
    if (!FusedClamp(activation_).has_value()) Apply(activation_, output, output, count, workers);
  }
  // " + sum + relu", or "".
  std::string Name() const {
    std::string name = sum_ ? " + sum" : "";
    if (activation_.kind == ActivationKind::kNone) return name;
    return name.append(" + ").append(nn::Name(activation_.kind));
  }

 private:
  bool sum_ = false;
  Activation activation_;
};

}  // namespace biglittle::nn
