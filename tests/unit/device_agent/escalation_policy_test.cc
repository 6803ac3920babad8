#include "device_agent/escalation_policy.h"

#include <gtest/gtest.h>

#include "tests/fakes/tiny_task.h"

namespace biglittle {
namespace {

EscalationRule Rule() { return MakeRule(LoadTinyTask(), {}); }

TEST(EscalationPolicyTest, AnswersAPrioritisedClassFromItsThresholdOn) {
  EXPECT_EQ(Decide(Rule(), {.class_index = 0, .confidence = 0.9F}), Decision::kAnswerLocally);
  EXPECT_EQ(Decide(Rule(), {.class_index = 0, .confidence = 0.8999F}), Decision::kEscalate);
}

TEST(EscalationPolicyTest, NeverAnswersAnythingElse) {
  EXPECT_EQ(Decide(Rule(), {.class_index = kOtherClass, .confidence = 1.0F}), Decision::kEscalate);
  EXPECT_EQ(Decide(Rule(), {.class_index = 1, .confidence = 1.0F}), Decision::kEscalate);
  EXPECT_EQ(Decide(Rule(), {.class_index = 99, .confidence = 1.0F}), Decision::kEscalate);
}

TEST(EscalationPolicyTest, TheConfigurationOverridesTheThresholdOfPrioritisedClassesOnly) {
  const EscalationRule rule = MakeRule(LoadTinyTask(), {.threshold = 0.5F});
  EXPECT_EQ(Decide(rule, {.class_index = 2, .confidence = 0.5F}), Decision::kAnswerLocally);
  EXPECT_EQ(Decide(rule, {.class_index = 3, .confidence = 1.0F}), Decision::kEscalate);
}

TEST(EscalationPolicyTest, FixedModesDoNotLook) {
  const Prediction sure{.class_index = 0, .confidence = 1.0F};
  const Prediction other{.class_index = kOtherClass, .confidence = 0.1F};
  EXPECT_EQ(Decide(MakeRule(LoadTinyTask(), {.policy = EscalationPolicyKind::kBigOnly}), sure),
            Decision::kEscalate);
  EXPECT_EQ(Decide(MakeRule(LoadTinyTask(), {.policy = EscalationPolicyKind::kLittleOnly}), other),
            Decision::kAnswerLocally);
}

}  // namespace
}  // namespace biglittle
