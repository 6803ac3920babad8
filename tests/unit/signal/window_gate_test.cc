#include "signal/window_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/random.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

constexpr WindowShape kShape{.channels = 1, .samples = 2};
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

SteadyTime At(std::int64_t milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

// About an offset that is not to be seen.
std::vector<float> WindowOf(float rms) { return {100.0F - rms, 100.0F + rms}; }

WindowGate Make(const GateOptions& options, const WindowShape& shape = kShape) {
  auto made = WindowGate::Make(options, shape);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

TEST(RmsAboutMeanTest, IsThatOfAllValuesAboutTheirChannelsMean) {
  // 1, 3, 2, 4 about 2.5: squares 5; -10, 10, -10, 10 about 0: 400.
  const std::vector<float> planar{1, 3, 2, 4, -10, 10, -10, 10};
  const std::vector<float> interleaved{1, -10, 3, 10, 2, -10, 4, 10};
  const double expected = std::sqrt(405.0 / 8);
  EXPECT_NEAR(RmsAboutMean(planar, {2, 4, WindowLayout::kPlanar}), expected, 1e-12);
  EXPECT_NEAR(RmsAboutMean(interleaved, {2, 4, WindowLayout::kInterleaved}), expected, 1e-12);
}

TEST(RmsAboutMeanTest, AgreesWithTheDefinitionForAnyWindow) {
  Random random(4);
  for (int round = 0; round < 500; ++round) {
    const WindowShape shape{static_cast<std::size_t>(1 + random.Below(4)),
                            static_cast<std::size_t>(1 + random.Below(30)),
                            WindowLayout::kInterleaved};
    std::vector<float> window(shape.channels * shape.samples);
    const double offset = random.Uniform(-1e4, 1e4);
    for (float& value : window) value = static_cast<float>(offset + random.Normal());
    double squares = 0;
    for (std::size_t channel = 0; channel < shape.channels; ++channel) {
      double sum = 0;
      for (std::size_t i = channel; i < window.size(); i += shape.channels) sum += window[i];
      const double mean = sum / static_cast<double>(shape.samples);
      for (std::size_t i = channel; i < window.size(); i += shape.channels) {
        squares += (window[i] - mean) * (window[i] - mean);
      }
    }
    const double expected = std::sqrt(squares / static_cast<double>(window.size()));
    ASSERT_NEAR(RmsAboutMean(window, shape), expected, 1e-7);
  }
}

TEST(WindowGateTest, NoneLetsEverythingPass) {
  WindowGate gate = Make({.kind = GateKind::kNone, .above = 1e9});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(gate.Passes(WindowOf(0), At(i)));
  EXPECT_EQ(gate.passed(), 5U);
  EXPECT_EQ(gate.spared(), 0U);
}

TEST(WindowGateTest, RmsHoldsFromTheLastWindowThatWasLoud) {
  WindowGate gate = Make({.kind = GateKind::kRms, .above = 1.0, .hold = Milliseconds(100)});
  EXPECT_FALSE(gate.Passes(WindowOf(0.5), At(0)));
  EXPECT_TRUE(gate.Passes(WindowOf(1.0), At(10)));
  EXPECT_TRUE(gate.Passes(WindowOf(0.5), At(60)));  // passes, and holds nothing
  EXPECT_TRUE(gate.Passes(WindowOf(0.5), At(109)));
  EXPECT_FALSE(gate.Passes(WindowOf(0.5), At(110)));
  EXPECT_EQ(gate.passed(), 3U);
  EXPECT_EQ(gate.spared(), 2U);
}

TEST(WindowGateTest, ChangeLooksAtTheWindowThatPassedLast) {
  WindowGate gate = Make({.kind = GateKind::kChange, .above = 1.0});
  EXPECT_TRUE(gate.Passes(WindowOf(5), At(0)));
  EXPECT_FALSE(gate.Passes(WindowOf(6), At(1)));
  EXPECT_FALSE(gate.Passes(WindowOf(4), At(2)));
  EXPECT_TRUE(gate.Passes(WindowOf(6.5), At(3)));  // crept away from 5
  EXPECT_FALSE(gate.Passes(WindowOf(6.5), At(4)));
  EXPECT_TRUE(gate.Passes(WindowOf(5), At(5)));
}

TEST(WindowGateTest, WhatIsNoNumberPassesAndChangesNothing) {
  for (const GateKind kind : {GateKind::kRms, GateKind::kChange}) {
    WindowGate gate = Make({.kind = kind, .above = 1.0, .hold = Milliseconds(100)});
    gate.Passes(WindowOf(0.5), At(-1000));
    for (const float bad : {kNan, std::numeric_limits<float>::infinity()}) {
      EXPECT_TRUE(gate.Passes(std::vector<float>{bad, 0}, At(0)));
      EXPECT_TRUE(gate.Passes(std::vector<float>{0, bad}, At(0)));
      EXPECT_FALSE(gate.Passes(WindowOf(0.5), At(1)));
    }
  }
}

// Whatever comes: a loud window passes, and one that is not passes exactly if one that opened the
// gate is less than `hold` before it.
TEST(WindowGateTest, AnySequenceOfRms) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const Milliseconds hold(random.Below(200));
    WindowGate gate = Make({.kind = GateKind::kRms, .above = 1.0, .hold = hold});
    std::int64_t now = 0;
    std::vector<std::int64_t> loud;
    for (int i = 0; i < 50; ++i) {
      now += static_cast<std::int64_t>(random.Below(100));
      const bool is_loud = random.Below(4) == 0;
      if (is_loud) loud.push_back(now);
      const bool held = !loud.empty() && At(now) - At(loud.back()) < hold;
      ASSERT_EQ(gate.Passes(WindowOf(is_loud ? 2.0F : 0.5F), At(now)), is_loud || held)
          << "seed " << seed << ", window " << i;
    }
    ASSERT_EQ(gate.passed() + gate.spared(), 50U);
  }
}

// Whatever comes: no two windows in a row that pass without a hold are alike, and none is spared
// that differs.
TEST(WindowGateTest, AnySequenceOfChanges) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    WindowGate gate = Make({.kind = GateKind::kChange, .above = 2.5});
    int last = -100;
    for (int i = 0; i < 50; ++i) {
      const int rms = static_cast<int>(random.Below(10));
      const bool differs = std::abs(rms - last) >= 3;
      ASSERT_EQ(gate.Passes(WindowOf(static_cast<float>(rms)), At(i)), differs) << "seed " << seed;
      if (differs) last = rms;
    }
  }
}

TEST(WindowGateTest, SaysWhatIsWrong) {
  const auto problem = [](const GateOptions& options) {
    return std::string(WindowGate::Make(options, kShape).status().message());
  };
  EXPECT_THAT(problem({.kind = GateKind::kRms, .above = -1}), HasSubstr("a gate above -1: give 0"));
  EXPECT_THAT(problem({.kind = GateKind::kRms, .above = kNan}), HasSubstr("a gate above nan"));
  EXPECT_THAT(problem({.hold = Milliseconds(-1)}),
              HasSubstr("holds for -1 ms: give 0 to 86400000"));
  EXPECT_THAT(problem({.hold = Milliseconds(86'400'001)}), HasSubstr("holds for 86400001 ms"));
}

}  // namespace
}  // namespace biglittle
