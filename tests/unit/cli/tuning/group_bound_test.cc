#include "cli/tuning/group_bound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cli/tuning/binomial.h"
#include "core/random.h"

namespace biglittle {
namespace {

// Without errors a group is worth as much as a reading: (1 - rate)^groups.
TEST(GroupBound, WithoutErrorsItTakesAsManyGroupsAsItWouldTakeReadings) {
  const auto needed = static_cast<std::size_t>(TrialsNeeded(0.02, 0.95));
  EXPECT_EQ(needed, 149U);
  EXPECT_LE(GroupPValue(std::vector<double>(needed, 0.0), 0.02), 0.05);
  EXPECT_GT(GroupPValue(std::vector<double>(needed - 1, 0.0), 0.02), 0.05);
  EXPECT_NEAR(GroupUpperBound(std::vector<double>(needed, 0.0), 0.95), 0.02, 2e-4);
}

TEST(GroupBound, NothingIsShownByNoGroupsOrByMoreErrorsThanClaimed) {
  EXPECT_EQ(GroupPValue({}, 0.1), 1.0);
  EXPECT_EQ(GroupUpperBound({}, 0.95), 1.0);
  EXPECT_EQ(GroupPValue(std::vector<double>(50, 0.2), 0.1), 1.0);
  EXPECT_EQ(GroupPValue(std::vector<double>(50, 0.2), 1.0), 0.0);
}

TEST(GroupBound, FewerErrorsShowMore) {
  double before = 1.0;
  for (const double share : {0.3, 0.2, 0.1, 0.05, 0.0}) {
    const double bound = GroupUpperBound(std::vector<double>(40, share), 0.95);
    EXPECT_LT(bound, before);
    EXPECT_GT(bound, share);
    before = bound;
  }
}

// One group in four is all wrong, the others are all right: as far apart as groups can be. A bound
// that took their readings for independent would be broken nearly half of the time.
TEST(GroupBound, CoversTheRateBehindGroupsThatDiffer) {
  constexpr int kSets = 2000;
  constexpr int kGroups = 30;
  constexpr int kReadings = 100;
  constexpr double kRate = 0.25;
  Random random(5);
  int broken = 0;
  int naive = 0;
  for (int set = 0; set < kSets; ++set) {
    std::vector<double> shares;
    for (int group = 0; group < kGroups; ++group) {
      shares.push_back(random.Uniform(0.0, 1.0) < kRate ? 1.0 : 0.0);
    }
    double errors = 0.0;
    for (const double share : shares) errors += share * kReadings;
    broken += GroupUpperBound(shares, 0.95) < kRate ? 1 : 0;
    naive +=
        BinomialUpperBound(static_cast<std::uint64_t>(errors), kGroups * kReadings, 0.95) < kRate
            ? 1
            : 0;
  }
  EXPECT_LE(broken, kSets * (0.05 + 3 * std::sqrt(0.05 * 0.95 / kSets)));
  EXPECT_GT(naive, kSets / 3);
}

}  // namespace
}  // namespace biglittle
