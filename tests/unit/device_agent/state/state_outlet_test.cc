#include "device_agent/state/state_outlet.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/outcome.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/tiny_task.h"
#include "wire/messages/device_state.h"

namespace biglittle {
namespace {

class StateOutletTest : public testing::Test {
 protected:
  void Final(int class_index, std::string reason = "") {
    wire::Result result;
    result.fleet = "plant";
    result.device = "pump";
    result.sequence = sequence_++;
    result.class_index = class_index;
    result.confidence = 0.5F;
    result.reason = std::move(reason);
    result.capture_time = clock_.WallNow();
    outlet_.OnFinal(result);
  }
  std::string Labels() const {
    std::string labels;
    for (const wire::Message& message : sent_) {
      EXPECT_EQ(message.topic, "a/topic");
      EXPECT_TRUE(message.retained);
      labels += wire::DecodeDeviceState(message.payload)->label + " ";
    }
    return labels;
  }

  const Task task_ = LoadTinyTask();
  FakeClock clock_;
  std::vector<wire::Message> sent_;
  bool room_ = true;
  StateOutlet::Counters counters_;
  StateOutlet outlet_{{.settle = {.readings = 2}, .interval = std::chrono::seconds(60)},
                      task_,
                      "a/topic",
                      [this](wire::Message message) {
                        if (!room_) return absl::ResourceExhaustedError("full");
                        sent_.push_back(std::move(message));
                        return absl::OkStatus();
                      },
                      counters_,
                      clock_};
  std::uint64_t sequence_ = 0;
};

TEST_F(StateOutletTest, SaysEachChangeOnce) {
  outlet_.OnLink(true);
  EXPECT_EQ(Labels(), "");
  for (const int class_index : {0, 0, 1, 0, 1, 1, 1}) Final(class_index);
  EXPECT_EQ(Labels(), task_.labels[0] + " " + task_.labels[1] + " ");
  const auto last = wire::DecodeDeviceState(sent_.back().payload);
  EXPECT_EQ(last->sequence, 5U);
  EXPECT_EQ(last->readings, 2U);
  EXPECT_EQ(last->task, "tiny");
  EXPECT_EQ(last->prioritised, task_.IsPriority(1));
}

TEST_F(StateOutletTest, WhatNoNetHasSeenSaysNothing) {
  outlet_.OnLink(true);
  Final(0, std::string(Name(FallbackReason::kOverrun)));
  Final(0, std::string(Name(FallbackReason::kInvalidReading)));
  EXPECT_EQ(Labels(), "");
  Final(0, std::string(Name(FallbackReason::kDeadline)));
  EXPECT_EQ(Labels(), task_.labels[0] + " ");
}

TEST_F(StateOutletTest, AfterTheBrokersAbsenceTheLastOneIsSaid) {
  for (const int class_index : {0, 1, 1, 2, 2}) Final(class_index);
  EXPECT_EQ(Labels(), "");
  outlet_.OnLink(true);
  EXPECT_EQ(Labels(), task_.labels[2] + " ");
  outlet_.OnLink(false);
  outlet_.OnLink(true);
  EXPECT_EQ(sent_.size(), 2U);
}

TEST_F(StateOutletTest, SaysItNowAndThen) {
  EXPECT_EQ(outlet_.NextWake(), std::nullopt);
  outlet_.OnLink(true);
  Final(0);
  ASSERT_EQ(outlet_.NextWake(), clock_.Now() + std::chrono::seconds(60));
  outlet_.OnTime();
  EXPECT_EQ(sent_.size(), 1U);
  clock_.Advance(std::chrono::seconds(60));
  outlet_.OnTime();
  EXPECT_EQ(sent_.size(), 2U);
}

TEST_F(StateOutletTest, WhatTheBacklogDoesNotTakeIsSaidAgain) {
  outlet_.OnLink(true);
  room_ = false;
  Final(0);
  EXPECT_EQ(counters_["states_refused"], 1U);
  room_ = true;
  clock_.Advance(std::chrono::seconds(1));
  outlet_.OnTime();
  EXPECT_EQ(Labels(), task_.labels[0] + " ");
}

}  // namespace
}  // namespace biglittle
