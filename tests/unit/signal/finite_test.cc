#include "signal/finite.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace biglittle {
namespace {

using Limits = std::numeric_limits<float>;

TEST(FiniteTest, NumbersAreFiniteHoweverLargeOrSmall) {
  const std::vector<float> values{
      0.0F, -0.0F, Limits::max(), Limits::lowest(), Limits::min(), Limits::denorm_min(), -1.0F};
  EXPECT_TRUE(AllFinite(values));
  EXPECT_TRUE(AllFinite({}));
}

TEST(FiniteTest, OneThatIsNotIsFoundWhereverItIs) {
  for (const float odd : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(),
                          -Limits::quiet_NaN(), Limits::signaling_NaN()}) {
    for (std::size_t count = 1; count < 40; ++count) {
      for (std::size_t at = 0; at < count; ++at) {
        std::vector<float> values(count, Limits::max());
        values[at] = odd;
        EXPECT_FALSE(AllFinite(values)) << odd << " at " << at << " of " << count;
      }
    }
  }
}

}  // namespace
}  // namespace biglittle
