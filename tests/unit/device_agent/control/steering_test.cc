#include "device_agent/control/steering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr SteadyTime kNow{std::chrono::hours(1)};
const SettingValue kBigOnly{"big-only", true};
const SettingValue kMargin{"margin", true};

class SteeringTest : public testing::Test {
 protected:
  std::string Refusal(const SettingValues& values) {
    const DeviceSettings before = steering_.in_effect();
    const absl::Status status = steering_.Apply(values, {}, kNow);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(steering_.in_effect(), before);
    return std::string(status.message());
  }

  const Task task_ = LoadTinyTask();
  Steering steering_{task_, {}};
};

TEST_F(SteeringTest, WhatIsSetStandsOnTopOfTheFile) {
  ASSERT_TRUE(steering_
                  .Apply({{"policy", kBigOnly},
                          {"threshold", {"0.5", false}},
                          {"answer_mode", {"refine", true}},
                          {"unlike", {"flag", true}},
                          {"budget.messages_per_s", {"5", false}}},
                         {}, kNow)
                  .ok());
  const DeviceSettings& now = steering_.in_effect();
  EXPECT_EQ(now.escalation.policy, EscalationPolicyKind::kBigOnly);
  EXPECT_EQ(now.escalation.threshold, 0.5F);
  EXPECT_EQ(now.escalation.unlike, UnlikeAction::kFlag);
  EXPECT_EQ(now.escalation.budget.messages_per_s, 5.0F);
  EXPECT_EQ(now.escalation.budget.burst, EscalationBudget{}.burst);
  EXPECT_EQ(now.answer_mode, AnswerMode::kRefine);
  EXPECT_EQ(steering_.rule().mode, EscalationMode::kBigOnly);
  EXPECT_EQ(steering_.rule().heads.front().thresholds[0], 0.5F);
  EXPECT_EQ(steering_.Differing().size(), 5U);
  steering_.Reset();
  EXPECT_EQ(steering_.in_effect(), DeviceSettings{});
  EXPECT_EQ(steering_.rule().mode, EscalationMode::kByScore);
  EXPECT_EQ(steering_.rule().heads.front().thresholds[0], 0.9F);
  EXPECT_TRUE(steering_.Differing().empty());
}

TEST_F(SteeringTest, BoundsAreThoseOfTheFleetFile) {
  EXPECT_EQ(Refusal({{"threshold", {"1.5", false}}}), "'threshold' must be 0 to 1, not '1.5'");
  EXPECT_THAT(Refusal({{"threshold", {"0.5", true}}}), HasSubstr("must be a number"));
  EXPECT_THAT(Refusal({{"policy", {"big", true}}}), HasSubstr("big-only"));
  EXPECT_THAT(Refusal({{"answer_mode", {"later", true}}}), HasSubstr("refine"));
  EXPECT_THAT(Refusal({{"budget.messages_per_s", {"0", false}}}), HasSubstr("above 0"));
  EXPECT_THAT(Refusal({{"max_pending", {"1", false}}}), HasSubstr("cannot be set"));
  // A good one beside a bad one is not taken either.
  Refusal({{"policy", kBigOnly}, {"threshold", {"-1", false}}});
}

TEST_F(SteeringTest, WhatDoesNotFitTheTaskIsRefused) {
  EXPECT_THAT(Refusal({{"policy", kMargin}}), HasSubstr("add a 'threshold'"));
  EXPECT_TRUE(steering_.Apply({{"policy", kMargin}, {"threshold", {"0.5", false}}}, {}, kNow).ok());
}

TEST_F(SteeringTest, EachEndsByItself) {
  ASSERT_TRUE(steering_.Apply({{"policy", kBigOnly}}, seconds(10), kNow).ok());
  ASSERT_TRUE(steering_.Apply({{"threshold", {"0.5", false}}}, {}, kNow).ok());
  steering_.Pause(seconds(5), kNow);
  EXPECT_EQ(steering_.NextExpiry(), kNow + seconds(5));
  EXPECT_TRUE(steering_.Expire(kNow + seconds(5)).empty());
  EXPECT_FALSE(steering_.paused());
  EXPECT_EQ(steering_.NextExpiry(), kNow + seconds(10));
  steering_.Expire(kNow + seconds(9));
  EXPECT_EQ(steering_.in_effect().escalation.policy, EscalationPolicyKind::kBigOnly);
  steering_.Expire(kNow + seconds(10));
  EXPECT_EQ(steering_.in_effect().escalation.policy, EscalationPolicyKind::kTuned);
  EXPECT_EQ(steering_.in_effect().escalation.threshold, 0.5F);
  EXPECT_EQ(steering_.NextExpiry(), std::nullopt);
}

// A score that needs a threshold cannot stay without it.
TEST_F(SteeringTest, WhatOnlyFittedTogetherEndsTogether) {
  ASSERT_TRUE(steering_.Apply({{"threshold", {"0.5", false}}}, seconds(10), kNow).ok());
  ASSERT_TRUE(steering_.Apply({{"policy", kMargin}}, {}, kNow).ok());
  ASSERT_TRUE(steering_.Apply({{"answer_mode", {"refine", true}}}, {}, kNow).ok());
  EXPECT_THAT(steering_.Expire(kNow + seconds(10)),
              ElementsAre(HasSubstr("'policy' is dropped: the thresholds of task tiny")));
  EXPECT_EQ(steering_.in_effect().escalation, EscalationConfig{});
  EXPECT_EQ(steering_.in_effect().answer_mode, AnswerMode::kRefine);
}

TEST_F(SteeringTest, WhatIsAsInTheFileDoesNotDiffer) {
  ASSERT_TRUE(steering_.Apply({{"policy", {"tuned", true}}}, {}, kNow).ok());
  EXPECT_TRUE(steering_.Differing().empty());
}

TEST_F(SteeringTest, OfAnEarlierRunWhatCannotBeReadIsDropped) {
  Steering::Set set;
  set.paused = true;
  set.settings = {{"policy", {kBigOnly, {}}},
                  {"threshold", {{"7", false}, {}}},
                  {"frobnicate\x1b", {{"7", false}, {}}}};
  EXPECT_THAT(steering_.Restore(set),
              ElementsAre(HasSubstr("'frobnicate\\x1b' is dropped"),
                          HasSubstr("'threshold' is dropped: 'threshold' must be 0 to 1")));
  EXPECT_TRUE(steering_.paused());
  EXPECT_EQ(steering_.in_effect().escalation.policy, EscalationPolicyKind::kBigOnly);
  set.settings = {{"policy", {kMargin, {}}}};
  EXPECT_THAT(steering_.Restore(set), ElementsAre(HasSubstr("'policy' is dropped")));
  EXPECT_EQ(steering_.in_effect(), DeviceSettings{});
}

}  // namespace
}  // namespace biglittle
