#include "device_agent/state/settled_class.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "core/random.h"

namespace biglittle {
namespace {

using Reading = SettledClass::Reading;

WallTime At(int ms) { return WallTime(std::chrono::milliseconds(ms)); }

// One reading a second, of the class of each digit; the settled class after each.
std::string Settled(const StateConfig& config, const std::string& classes,
                    float confidence = 0.9F) {
  SettledClass settled(config);
  std::string states;
  int ms = 0;
  for (const char digit : classes) {
    settled.Add({digit - '0', confidence, At(ms)});
    states += static_cast<char>('0' + settled.state()->class_index);
    ms += 1000;
  }
  return states;
}

TEST(SettledClass, WithoutSmoothingItIsTheLastReading) { EXPECT_EQ(Settled({}, "0120"), "0120"); }

TEST(SettledClass, TheMajorityCounts) {
  const StateConfig config{.smoothing = {SmoothingKind::kMajority, 3}};
  EXPECT_EQ(Settled(config, "0010011011"), "0000001111");
}

TEST(SettledClass, ADrawChangesNothing) {
  const StateConfig config{.smoothing = {SmoothingKind::kMajority, 2}};
  EXPECT_EQ(Settled(config, "01010110"), "00000011");
}

TEST(SettledClass, TheMeanCountsConfidences) {
  SettledClass settled({.smoothing = {SmoothingKind::kMean, 3}});
  EXPECT_TRUE(settled.Add({0, 0.4F, At(0)}));
  EXPECT_FALSE(settled.Add({0, 0.4F, At(1)}));
  EXPECT_TRUE(settled.Add({1, 0.9F, At(2)}));  // 0.9 of one are more than 0.8 of two
  EXPECT_EQ(settled.state()->class_index, 1);
  EXPECT_FLOAT_EQ(settled.state()->confidence, 0.9F);
}

TEST(SettledClass, SettlesAfterSoManyInARow) {
  EXPECT_EQ(Settled({.settle = {.readings = 3}}, "0110111122"), "0000001111");
}

TEST(SettledClass, SettlesAfterSoLong) {
  EXPECT_EQ(Settled({.settle = {.hold = Milliseconds(2000)}}, "01110"), "00011");
}

TEST(SettledClass, SaysSinceWhenAndHowMany) {
  SettledClass settled({.settle = {.readings = 2}});
  settled.Add({0, 0.5F, At(0)});
  settled.Add({1, 0.6F, At(100)});
  EXPECT_EQ(settled.state()->class_index, 0);
  EXPECT_EQ(settled.state()->readings, 2U);
  EXPECT_TRUE(settled.Add({1, 0.8F, At(200)}));
  EXPECT_EQ(settled.state(), (SettledClass::State{1, 0.8F, At(100), 2}));
}

// Whatever comes: it tells of a change exactly when there is one, each new class had as many
// readings in a row as were asked for, and a class that all have is settled on.
TEST(SettledClass, HoldsForAnyReadings) {
  Random random(7);
  for (int round = 0; round < 500; ++round) {
    const StateConfig config{.smoothing = {static_cast<SmoothingKind>(random.Below(3)),
                                           static_cast<std::size_t>(1 + random.Below(6))},
                             .settle = {.readings = static_cast<std::size_t>(1 + random.Below(4))}};
    SettledClass settled(config);
    int before = -1;
    for (int i = 0; i < 60; ++i) {
      const bool changed = settled.Add(
          {static_cast<int>(random.Below(3)), static_cast<float>(random.Uniform()), At(i)});
      ASSERT_TRUE(settled.state());
      EXPECT_EQ(changed, settled.state()->class_index != before);
      EXPECT_TRUE(!changed || i == 0 || settled.state()->readings >= config.settle.readings);
      before = settled.state()->class_index;
    }
    for (int i = 0; i < 20; ++i) settled.Add({2, 0.5F, At(60 + i)});
    EXPECT_EQ(settled.state()->class_index, 2);
  }
}

}  // namespace
}  // namespace biglittle
