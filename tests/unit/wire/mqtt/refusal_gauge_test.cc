#include "wire/mqtt/refusal_gauge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace biglittle::wire {
namespace {

TEST(RefusalGauge, TellsWhatStandsUntilOneIsTaken) {
  RefusalGauge gauge({"results", "results", "requests", "statuses"});
  EXPECT_EQ(gauge.Sentence(), "");
  gauge.Note(3, Delivery::kRefused);
  gauge.Note(1, Delivery::kRefused);
  gauge.Note(1, Delivery::kRefused);
  EXPECT_EQ(gauge.Standing(), "results and statuses");
  EXPECT_THAT(gauge.Sentence(), testing::StartsWith("the broker refuses results and statuses: "));
  gauge.Note(0, Delivery::kRefused);
  gauge.Note(2, Delivery::kRefused);
  EXPECT_EQ(gauge.Standing(), "results, requests and statuses");
  EXPECT_EQ(gauge.refused(1), 2U);
  for (const std::size_t kind : {0, 1, 2}) gauge.Note(kind, Delivery::kTaken);
  EXPECT_EQ(gauge.Standing(), "statuses");
  EXPECT_FALSE(gauge.Stands(1));
  EXPECT_EQ(gauge.refused(1), 2U);  // counted all the same
}

}  // namespace
}  // namespace biglittle::wire
