#include "core/half.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <span>
#include <vector>

namespace biglittle {
namespace {

constexpr std::uint32_t kHalves = 65536;
constexpr std::uint16_t kInfinity = 0x7c00;
constexpr std::uint16_t kSign = 0x8000;

// What a half stands for, straight from the definition.
double ValueOf(std::uint32_t half) {
  const int exponent = static_cast<int>(half >> 10U & 0x1fU);
  const double mantissa = half & 0x3ffU;
  const double sign = (half & kSign) != 0 ? -1.0 : 1.0;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  if (exponent == 31) return mantissa == 0 ? sign * INFINITY : NAN;
  return sign * std::ldexp(1024.0 + mantissa, exponent - 25);
}

// The nearest half by looking for it among all of them.
std::uint16_t SlowHalfOf(float value) {
  static const std::vector<double> positive = [] {
    std::vector<double> values;
    for (std::uint32_t half = 0; half < kInfinity; ++half) values.push_back(ValueOf(half));
    values.push_back(65536.0);  // where the next one would be: infinite
    return values;
  }();
  const std::uint16_t sign = std::signbit(value) ? kSign : 0;
  const double magnitude = std::fabs(static_cast<double>(value));
  if (magnitude >= positive.back()) return sign | kInfinity;
  const auto above = std::ranges::upper_bound(positive, magnitude);
  const auto below = above - 1;
  const auto index = static_cast<std::uint16_t>(below - positive.begin());
  const double up = *above - magnitude;
  const double down = magnitude - *below;
  const bool next = up < down || (up == down && index % 2 == 1);
  return static_cast<std::uint16_t>(sign | (next ? index + 1 : index));
}

TEST(HalfTest, EveryHalfIsTheFloatThatItStandsForAndComesBack) {
  for (std::uint32_t half = 0; half < kHalves; ++half) {
    const float value = FloatOf(static_cast<std::uint16_t>(half));
    const double expected = ValueOf(half);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(value)) << half;
      ASSERT_TRUE(std::isnan(FloatOf(HalfOf(value)))) << half;
      continue;
    }
    ASSERT_EQ(value, expected) << half;
    ASSERT_EQ(std::signbit(value), std::signbit(expected)) << half;
    ASSERT_EQ(HalfOf(value), half);
  }
}

void ExpectNearest(float value) {
  for (const float signed_value : {value, -value}) {
    ASSERT_EQ(HalfOf(signed_value), SlowHalfOf(signed_value)) << signed_value;
  }
}

TEST(HalfTest, RoundsToTheNearestAndHalvesToEven) {
  for (std::uint16_t half = 0; half < kInfinity; ++half) {
    const auto value = static_cast<float>(ValueOf(half));
    const auto next = half + 1 == kInfinity ? 65536.0F : static_cast<float>(ValueOf(half + 1U));
    const float middle = (value + next) / 2;  // exact: a float has bits enough
    for (const float edge : {value, middle, next}) {
      ExpectNearest(std::nextafter(edge, 0.0F));
      ExpectNearest(edge);
      ExpectNearest(std::nextafter(edge, INFINITY));
    }
  }
}

TEST(HalfTest, RoundsFloatsOfAllSizes) {
  std::mt19937 random(1);
  for (int i = 0; i < 1'000'000; ++i) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(FloatOf(HalfOf(value))));
    } else {
      ASSERT_EQ(HalfOf(value), SlowHalfOf(value)) << value;
    }
  }
}

TEST(HalfTest, KnowsItsEnds) {
  EXPECT_EQ(HalfOf(65519.996F), 0x7bff);
  EXPECT_EQ(HalfOf(65520.0F), kInfinity);
  EXPECT_EQ(HalfOf(std::numeric_limits<float>::max()), kInfinity);
  EXPECT_EQ(HalfOf(-INFINITY), kSign | kInfinity);
  EXPECT_EQ(HalfOf(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(HalfOf(-0.0F), kSign);
  EXPECT_EQ(HalfOf(0x1p-24F), 1);
  EXPECT_EQ(HalfOf(0x1p-25F), 0);  // a tie, and 0 is even
  EXPECT_EQ(HalfOf(0x1.8p-24F), 2);
}

std::vector<std::uint16_t> Halves(const std::vector<float>& floats, bool finite) {
  std::vector<std::uint16_t> halves(floats.size());
  EXPECT_EQ(
      FloatsToHalves(std::as_bytes(std::span(floats)), std::as_writable_bytes(std::span(halves))),
      finite);
  return halves;
}

// Sizes that leave a part of a step, and begin where nothing is aligned.
TEST(HalfTest, ConvertsDataOfEverySize) {
  for (std::size_t count = 0; count < 200; ++count) {
    std::vector<float> floats(count);
    for (std::size_t i = 0; i < count; ++i) floats[i] = 0.1F * static_cast<float>(i) - 3.0F;
    const std::vector<std::uint16_t> halves = Halves(floats, true);
    std::vector<std::byte> shifted(count * 4 + 1);
    ASSERT_TRUE(HalvesToFloats(std::as_bytes(std::span(halves)), std::span(shifted).subspan(1)));
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(halves[i], HalfOf(floats[i]));
      float back = 0.0F;
      std::memcpy(&back, shifted.data() + 1 + i * 4, sizeof(back));
      ASSERT_EQ(back, FloatOf(halves[i]));
    }
  }
}

TEST(HalfTest, SaysWhetherAllAreFiniteWhereverTheBadOneIs) {
  for (const float bad : {65520.0F, -INFINITY, NAN}) {
    for (std::size_t at = 0; at < 100; ++at) {
      std::vector<float> floats(100, 65504.0F);
      floats[at] = bad;
      const std::vector<std::uint16_t> halves = Halves(floats, false);
      EXPECT_FALSE(HalvesToFloats(std::as_bytes(std::span(halves)),
                                  std::as_writable_bytes(std::span(floats))));
    }
  }
}

TEST(HalfTest, TellsWhetherFloatsFit) {
  const auto fit = [](std::vector<float> values) {
    return FitHalves(std::as_bytes(std::span(values)));
  };
  EXPECT_TRUE(fit({}));
  EXPECT_TRUE(fit({0.0F, -65504.0F, 65519.0F, 1e-30F}));
  EXPECT_FALSE(fit({0.0F, 65520.0F}));
  EXPECT_FALSE(fit({-1e38F, 0.0F, 0.0F}));
  EXPECT_FALSE(fit({std::numeric_limits<float>::quiet_NaN()}));
}

}  // namespace
}  // namespace biglittle
