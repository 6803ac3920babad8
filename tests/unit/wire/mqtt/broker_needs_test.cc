#include "wire/mqtt/broker_needs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace biglittle::wire {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(WhatItLacks, NothingWhereTheBrokerHasAll) {
  EXPECT_EQ(WhatItLacks({}, {.retained_messages = true, .filters = {"$share/g/+/x"}}), "");
}

TEST(WhatItLacks, NamesEachThingThatIsNeeded) {
  const Connack poor{.maximum_qos = 0,
                     .retain_available = false,
                     .wildcard_subscription_available = false,
                     .shared_subscription_available = false,
                     .reason_string = "free plan\n"};
  EXPECT_THAT(WhatItLacks(poor, {.retained_messages = true, .filters = {"$share/g/+/x"}}),
              AllOf(HasSubstr("QoS 1"), HasSubstr("retained"), HasSubstr("shared"),
                    HasSubstr("wildcards"), HasSubstr("(it says 'free plan\\x0a')")));
}

TEST(WhatItLacks, PassesOverWhatIsNotNeeded) {
  const Connack poor{.retain_available = false,
                     .wildcard_subscription_available = false,
                     .shared_subscription_available = false};
  EXPECT_EQ(WhatItLacks(poor, {.filters = {"a/reply"}}), "");
}

}  // namespace
}  // namespace biglittle::wire
