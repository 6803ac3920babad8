#include "device_agent/stop_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "device_agent/delivery_tag.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class StopReportTest : public testing::Test {
 protected:
  void Refuse(TagKind kind) {
    refusals_.Note(static_cast<std::size_t>(kind), wire::Delivery::kRefused);
  }
  std::string Said() const { return std::string(WhatIsLost(leftovers_, refusals_).message()); }

  Leftovers leftovers_{.why = "to the broker at B: away", .broker = "B"};
  wire::RefusalGauge refusals_{{"results", "results", "requests", "statuses"}};
};

TEST_F(StopReportTest, SaysNothingWhereNothingIsLost) {
  EXPECT_TRUE(WhatIsLost(leftovers_, refusals_).ok());
  leftovers_.stored = true;
  leftovers_.waiting = 7;
  leftovers_.left = 3;  // they are in the store
  EXPECT_TRUE(WhatIsLost(leftovers_, refusals_).ok());
}

TEST_F(StopReportTest, WhatTheBrokerDidNotTakeInTimeIsLostWithoutAStore) {
  leftovers_.left = 3;
  EXPECT_EQ(Said(),
            "3 messages could not be delivered within drain_timeout_ms to the broker at B: away");
}

TEST_F(StopReportTest, WhatNeitherStoreNorBrokerTookIsLost) {
  leftovers_.stored = true;
  leftovers_.unstored = 2;
  EXPECT_THAT(Said(), HasSubstr("2 results could not be stored (check the store's disk)"));
}

TEST_F(StopReportTest, WhatCouldNotEvenBeSentIsLost) {
  leftovers_.unsent = 4;
  EXPECT_THAT(Said(), HasSubstr("4 results are lost"));
}

TEST_F(StopReportTest, TellsWhatTheBrokerRefusedLast) {
  leftovers_.refused_results = 5;
  Refuse(TagKind::kRequest);
  Refuse(TagKind::kStatus);
  EXPECT_THAT(Said(), HasSubstr("5 results, and 1 requests, and 1 statuses were refused by the "
                                "broker at B"));
}

TEST_F(StopReportTest, StoredResultsAreToldOnlyWhileTheyAreRefused) {
  leftovers_.stored = true;
  leftovers_.waiting = 7;
  Refuse(TagKind::kResult);
  EXPECT_THAT(Said(), HasSubstr("the last of its results (7 wait in the store)"));
  refusals_.Note(static_cast<std::size_t>(TagKind::kResult), wire::Delivery::kTaken);
  EXPECT_TRUE(WhatIsLost(leftovers_, refusals_).ok());
}

}  // namespace
}  // namespace biglittle
