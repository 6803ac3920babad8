#include "cloud_worker/batch_policy.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

constexpr BatchLimits kLimits{4, Milliseconds(10)};

SteadyTime At(int milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

TEST(BatchPolicyTest, NothingWaitsNothingHappens) {
  EXPECT_TRUE(std::holds_alternative<Idle>(DecideBatch({}, kLimits, At(5))));
}

TEST(BatchPolicyTest, ALoneRequestWaitsAtMostTheDelay) {
  const auto early = DecideBatch({1, At(100)}, kLimits, At(109));
  ASSERT_TRUE(std::holds_alternative<WaitUntil>(early));
  EXPECT_EQ(std::get<WaitUntil>(early).at, At(110));
  const auto due = DecideBatch({1, At(100)}, kLimits, At(110));
  ASSERT_TRUE(std::holds_alternative<Dispatch>(due));
  EXPECT_EQ(std::get<Dispatch>(due).count, 1U);
}

TEST(BatchPolicyTest, AFullBatchGoesAtOnceAndIsNeverLarger) {
  for (const std::size_t waiting : {4U, 5U, 1000U}) {
    const auto decision = DecideBatch({waiting, At(100)}, kLimits, At(100));
    ASSERT_TRUE(std::holds_alternative<Dispatch>(decision));
    EXPECT_EQ(std::get<Dispatch>(decision).count, 4U);
  }
}

TEST(BatchPolicyTest, WithoutADelayNothingWaits) {
  const auto decision = DecideBatch({2, At(100)}, {4, Milliseconds(0)}, At(100));
  ASSERT_TRUE(std::holds_alternative<Dispatch>(decision));
  EXPECT_EQ(std::get<Dispatch>(decision).count, 2U);
}

}  // namespace
}  // namespace biglittle
