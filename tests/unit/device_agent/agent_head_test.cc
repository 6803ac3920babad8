// What results and counters say of early exits and of readings unlike the training data.
#include <gtest/gtest.h>

#include "tests/unit/device_agent/agent_harness.h"

namespace biglittle {
namespace {

using wire::DecidedBy;

TEST_F(AgentTest, SaysAtWhichHeadAReadingWasAnswered) {
  MakeAgent(EscalationConfig{}, LoadTinyExitTask());
  OnSample(TinySample(2, true));
  OnSample(TinySample(3, true));
  OnSample(TinySample(1, false));
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_EQ(results_[0].little_head, 0U);
  EXPECT_EQ(results_[0].label, "fault");
  EXPECT_EQ(results_[1].little_head, 1U);
  EXPECT_EQ(results_[1].label, "odd");
  EXPECT_EQ(requests_.size(), 1U);
  EXPECT_EQ(agent_->counters().at("answered_at_early_exit"), 1U);
  EXPECT_EQ(agent_->counters().at("decided_by_little"), 2U);
}

TEST_F(AgentTest, WhatIsUnlikeTheTrainingDataIsEscalatedAndToldWhoeverAnswers) {
  Task task = LoadTinyTask();
  task.heads.front().most_energy = -15.0F;  // a sure window has -10, a twice as strong one -20
  MakeAgent(EscalationConfig{}, task);
  OnSample(TinySample(0, true));
  ASSERT_EQ(requests_.size(), 1U);
  agent_->OnReply(Answer(requests_.front(), 0));
  OnSample({TinyWindow({2, 0, 0, 0}), 0});
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_EQ(results_[0].decided_by, DecidedBy::kBig);
  EXPECT_TRUE(results_[0].unlike_training);
  EXPECT_EQ(results_[1].decided_by, DecidedBy::kLittle);
  EXPECT_FALSE(results_[1].unlike_training);
  EXPECT_EQ(agent_->counters().at("unlike_training"), 1U);
}

TEST_F(AgentTest, WhatIsOnlyFlaggedIsAnsweredHereAndWhatIsIgnoredIsNotTold) {
  Task task = LoadTinyTask();
  task.heads.front().most_energy = -15.0F;
  MakeAgent(EscalationConfig{.unlike = UnlikeAction::kFlag}, task);
  OnSample(TinySample(0, true));
  EXPECT_EQ(agent_->counters().at("unlike_training"), 1U);
  MakeAgent(EscalationConfig{.unlike = UnlikeAction::kIgnore}, task);
  OnSample(TinySample(0, true));
  EXPECT_EQ(agent_->counters().count("unlike_training"), 0U);
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_EQ(results_[0].decided_by, DecidedBy::kLittle);
  EXPECT_TRUE(results_[0].unlike_training);
  EXPECT_EQ(results_[1].decided_by, DecidedBy::kLittle);
  EXPECT_FALSE(results_[1].unlike_training);
}

}  // namespace
}  // namespace biglittle
