#include "nn/simd/elementwise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "hwy/targets.h"
#include "nn/kernel/activation.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/simd/targets.h"

namespace biglittle::nn::testing {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

constexpr std::array kActivations = {
    Activation{ActivationKind::kNone},
    Activation{ActivationKind::kRelu},
    Activation{ActivationKind::kLeakyRelu, 0.125F},
    Activation{ActivationKind::kSigmoid},
    Activation{ActivationKind::kTanh},
    Activation{ActivationKind::kClip, -0.5F, 3.0F},
    Activation{ActivationKind::kHardSigmoid, 0.2F, 0.5F},
    Activation{ActivationKind::kHardSwish},
};

double Exact(const Activation& activation, double x) {
  const double a = static_cast<double>(activation.a);
  const double b = static_cast<double>(activation.b);
  switch (activation.kind) {
    case ActivationKind::kNone:
      return x;
    case ActivationKind::kRelu:
      return std::max(x, 0.0);
    case ActivationKind::kLeakyRelu:
      return x < 0 ? a * x : x;
    case ActivationKind::kSigmoid:
      return 1.0 / (1.0 + std::exp(-x));
    case ActivationKind::kTanh:
      return std::tanh(x);
    case ActivationKind::kClip:
      return std::min(std::max(x, a), b);
    case ActivationKind::kHardSigmoid:
      return std::max(0.0, std::min(1.0, a * x + b));
    case ActivationKind::kHardSwish:
      return x * std::max(0.0, std::min(1.0, x / 6.0 + 0.5));
  }
  return 0.0;
}

// The distance between neighbouring floats at x.
double Unit(double x) {
  const float near = std::fabs(static_cast<float>(x));
  return static_cast<double>(std::nextafter(near, kInfinity)) - static_cast<double>(near);
}

// Near zero, in between, and far beyond where the curves are flat.
Floats Inputs() {
  Floats inputs = {0.0F, -0.0F, 1e-30F, -1e-30F, 1e4F, -1e4F, 1e30F, -1e30F, 3e38F, -3e38F};
  for (float x = -100.0F; x <= 100.0F; x += 0.0371F) inputs.push_back(x);
  for (float x = 1e-6F; x < 20.0F; x *= 1.01F) {
    inputs.push_back(x);
    inputs.push_back(-x);
  }
  return inputs;
}

class Elementwise : public EveryTarget {};

TEST_P(Elementwise, IsExactToFourUnits) {
  const Floats inputs = Inputs();
  for (const Activation& activation : kActivations) {
    Floats outputs(inputs.size());
    simd::Transform(activation, inputs.data(), outputs.data(),
                    static_cast<std::int64_t>(inputs.size()));
    // The lines are not curves of their own: what counts is the size of what is added.
    const bool curve =
        activation.kind == ActivationKind::kSigmoid || activation.kind == ActivationKind::kTanh;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const double exact = Exact(activation, static_cast<double>(inputs[i]));
      // Below the least normal float the sigmoid is as good as zero.
      const double tolerance =
          curve ? 4.0 * Unit(exact) + 2.0 * static_cast<double>(std::numeric_limits<float>::min())
                : 4.0 * Unit(std::max(std::fabs(exact), 1.0));
      ASSERT_NEAR(static_cast<double>(outputs[i]), exact, tolerance)
          << Name(activation.kind) << "(" << inputs[i] << ")";
    }
  }
}

TEST_P(Elementwise, Infinities) {
  const Floats inputs = {kInfinity, -kInfinity};
  for (const Activation& activation : kActivations) {
    Floats outputs(2);
    simd::Transform(activation, inputs.data(), outputs.data(), 2);
    for (std::size_t i = 0; i < 2; ++i) {
      const double exact = Exact(activation, static_cast<double>(inputs[i]));
      if (std::isnan(exact)) continue;  // zero times infinity: nobody says
      if (std::isinf(exact)) {
        EXPECT_EQ(static_cast<double>(outputs[i]), exact) << Name(activation.kind);
      } else {
        EXPECT_NEAR(static_cast<double>(outputs[i]), exact, 1e-37) << Name(activation.kind);
      }
    }
  }
}

// Whatever stands beside an element, and in its own memory too.
TEST_P(Elementwise, BitsDoNotDependOnTheNeighbours) {
  const Floats inputs = Noise(70, 1);
  for (const Activation& activation : kActivations) {
    Floats single(70);
    for (std::size_t i = 0; i < 70; ++i) simd::Transform(activation, &inputs[i], &single[i], 1);
    for (std::int64_t count = 0; count <= 70; ++count) {
      Floats own(inputs.begin(), inputs.begin() + count);
      simd::Transform(activation, own.data(), own.data(), count);
      ASSERT_EQ(own, Floats(single.begin(), single.begin() + count))
          << Name(activation.kind) << " of " << count;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Elementwise,
                         ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), TargetName);

}  // namespace
}  // namespace biglittle::nn::testing
