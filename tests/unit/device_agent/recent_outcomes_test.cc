#include "device_agent/recent_outcomes.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

wire::Result By(wire::DecidedBy decided_by, std::optional<double> round_trip_ms = std::nullopt) {
  wire::Result result;
  result.decided_by = decided_by;
  result.round_trip_ms = round_trip_ms;
  return result;
}

TEST(RecentOutcomesTest, SayNothingBeforeTheFirst) {
  EXPECT_EQ(RecentOutcomes().Summary(), std::nullopt);
}

TEST(RecentOutcomesTest, AreTheSharesAndTheMedianOfAll) {
  RecentOutcomes recent;
  recent.Add(By(wire::DecidedBy::kLittle));
  EXPECT_EQ(*recent.Summary(), (wire::RecentReadings{1, "little", 0.0, std::nullopt}));
  for (const double round_trip : {4.0, 100.0, 3.141}) {
    recent.Add(By(wire::DecidedBy::kBig, round_trip));
  }
  recent.Add(By(wire::DecidedBy::kLittle));
  recent.Add(By(wire::DecidedBy::kFallback));
  EXPECT_EQ(*recent.Summary(), (wire::RecentReadings{6, "fallback", 0.667, 4.0}));
}

TEST(RecentOutcomesTest, ForgetWhatIsLongAgo) {
  RecentOutcomes recent;
  for (int i = 0; i < 100; ++i) recent.Add(By(wire::DecidedBy::kBig, 5.0));
  for (int i = 0; i < 256; ++i) recent.Add(By(wire::DecidedBy::kLittle));
  EXPECT_EQ(*recent.Summary(), (wire::RecentReadings{256, "little", 0.0, std::nullopt}));
  recent.Add(By(wire::DecidedBy::kBig, 2.5));
  EXPECT_EQ(*recent.Summary(), (wire::RecentReadings{256, "big", 0.004, 2.5}));
}

}  // namespace
}  // namespace biglittle
