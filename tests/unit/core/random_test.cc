#include "core/random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;

// An independent statement of the two published algorithms, straight from their recurrences, so
// that a slip in a shift or a rotation of core/random.cc cannot pass.
class Reference {
 public:
  explicit Reference(std::uint64_t seed) {
    for (int i = 0; i < 4; ++i) {
      seed += 0x9e3779b97f4a7c15U;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
      z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
      words_.at(static_cast<std::size_t>(i)) = z ^ (z >> 31U);
    }
  }

  std::uint64_t Next() {
    const auto [a, b, c, d] = words_;
    const std::uint64_t mixed_c = c ^ a;
    const std::uint64_t mixed_d = d ^ b;
    words_ = {a ^ mixed_d, b ^ mixed_c, mixed_c ^ (b << 17U), Rotate(mixed_d, 45)};
    return Rotate(b * 5U, 7) * 9U;
  }

 private:
  static std::uint64_t Rotate(std::uint64_t x, unsigned by) { return x << by | x >> (64U - by); }
  std::array<std::uint64_t, 4> words_{};
};

TEST(Random, FollowsThePublishedRecurrence) {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{42},
                                   std::numeric_limits<std::uint64_t>::max()}) {
    Random random(seed);
    Reference reference(seed);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(random.Next(), reference.Next()) << "seed " << seed;
  }
}

// The first words for seed 0 as any implementation gives them: SplitMix64 from 0 begins with
// e220a8397b1dcdaf 6e789e6aa1b965f4 06c45d188009454f f88bb8a8724c81ec.
TEST(Random, FirstWordOfSeedZeroFollowsFromSplitMix64) {
  const std::uint64_t second = 0x6e789e6aa1b965f4U * 5U;
  const std::uint64_t expected = (second << 7U | second >> 57U) * 9U;
  EXPECT_EQ(Random(0).Next(), expected);
}

TEST(Random, SameSeedSameNumbersOtherSeedOthers) {
  Random first(7);
  Random second(7);
  Random other(8);
  int equal = 0;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t value = first.Next();
    EXPECT_EQ(value, second.Next());
    if (value == other.Next()) ++equal;
  }
  EXPECT_EQ(equal, 0);
}

TEST(Random, UniformStaysInItsIntervalAndFillsIt) {
  Random random(3);
  double sum = 0.0;
  double least = 1.0;
  double most = 0.0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.Uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.005);
  EXPECT_LT(least, 0.001);
  EXPECT_GT(most, 0.999);
}

TEST(Random, UniformBetweenBoundsStaysBetweenThem) {
  Random random(4);
  for (int i = 0; i < 1000; ++i) {
    const double value = random.Uniform(-3.0, 5.0);
    ASSERT_GE(value, -3.0);
    ASSERT_LT(value, 5.0);
  }
}

TEST(Random, BelowGivesEveryValueEquallyOften) {
  Random random(5);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts.at(static_cast<std::size_t>(random.Below(7)));
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);  // 4 standard deviations: 370
}

TEST(Random, BelowOneIsZero) {
  Random random(6);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.Below(1), 0U);
}

TEST(Random, BelowLargeBoundIsUnbiased) {
  // 3/4 of the range: plain modulo would give the lower third twice as often as the rest.
  const std::uint64_t bound = std::uint64_t{3} << 62U;
  Random random(9);
  int lower_third = 0;
  for (int i = 0; i < 30000; ++i) {
    const std::uint64_t value = random.Below(bound);
    ASSERT_LT(value, bound);
    if (value < bound / 3) ++lower_third;
  }
  EXPECT_NEAR(lower_third, 10000, 400);
}

TEST(Random, NormalHasTheRightMoments) {
  Random random(10);
  double sum = 0.0;
  double squares = 0.0;
  double fourth = 0.0;
  constexpr int kDraws = 200000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.Normal();
    ASSERT_TRUE(std::isfinite(value));
    sum += value;
    squares += value * value;
    fourth += value * value * value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0.0, 0.01);
  EXPECT_NEAR(squares / kDraws, 1.0, 0.02);
  EXPECT_NEAR(fourth / kDraws, 3.0, 0.15);
}

TEST(Permutation, HoldsEveryIndexOnce) {
  const std::vector<std::uint64_t> order = Permutation(1000, 1);
  ASSERT_EQ(order.size(), 1000U);
  EXPECT_EQ(std::set<std::uint64_t>(order.begin(), order.end()).size(), 1000U);
  EXPECT_EQ(*std::max_element(order.begin(), order.end()), 999U);
}

TEST(Permutation, DependsOnTheSeedAlone) {
  EXPECT_EQ(Permutation(50, 3), Permutation(50, 3));
  EXPECT_NE(Permutation(50, 3), Permutation(50, 4));
}

TEST(Permutation, OfNothingAndOfOne) {
  EXPECT_TRUE(Permutation(0, 1).empty());
  EXPECT_THAT(Permutation(1, 1), ElementsAre(0U));
}

TEST(Permutation, PutsEveryElementEverywhere) {
  std::array<std::array<int, 3>, 3> counts{};
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const std::vector<std::uint64_t> order = Permutation(3, seed);
    for (std::size_t place = 0; place < 3; ++place)
      ++counts.at(static_cast<std::size_t>(order[place])).at(place);
  }
  for (const auto& row : counts) {
    for (const int count : row) EXPECT_NEAR(count, 1000, 110);
  }
}

}  // namespace
}  // namespace biglittle
