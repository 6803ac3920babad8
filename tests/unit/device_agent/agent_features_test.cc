// A device whose task says `escalate: features`: the window stays with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/log_capture.h"
#include "tests/unit/device_agent/agent_harness.h"
#include "wire/mqtt_packets.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using wire::DecidedBy;

class AgentFeaturesTest : public AgentTest {
 protected:
  AgentFeaturesTest() { MakeAgent(EscalationConfig{}, task_); }

  static wire::EscalationRequest Asked(const wire::Message& request) {
    return wire::DecodeEscalationRequest(request.payload).value();
  }

  const Task task_ = LoadTinyFeaturesTask();
};

TEST_F(AgentFeaturesTest, SendsThemRoundedToHalvesInPlaceOfTheWindow) {
  OnSample({TinyWindow({0, 0.1F, 0, 0}), 1});
  ASSERT_EQ(requests_.size(), 1U);
  const wire::EscalationRequest request = Asked(requests_.front());
  EXPECT_EQ(request.features_of, task_.little.sha256);
  constexpr float kHalf = 0.04998779296875F;  // of 0.05
  EXPECT_EQ(request.readings.at(0).window, TinyWindow({0, kHalf, 0, 0, -kHalf, 0}));
  agent_->OnReply(Answer(requests_.front(), 1));
  EXPECT_EQ(results_.front().decided_by, DecidedBy::kBig);
}

TEST_F(AgentFeaturesTest, ArePackedAndAskedForAgainAsWindowsAre) {
  EscalationConfig config;
  config.packing = {.max_readings = 8, .linger = Milliseconds(4)};
  MakeAgent(config, task_);
  for (int i = 0; i < 4; ++i) OnSample(TinySample(1, true));
  Pass(Milliseconds(4));
  ASSERT_EQ(requests_.size(), 2U);
  EXPECT_EQ(Asked(requests_[1]).readings.size(), 3U);
  Pass(Milliseconds(60));
  ASSERT_GE(requests_.size(), 4U);
  for (const wire::Message& request : requests_) {
    for (const auto& reading : Asked(request).readings) {
      EXPECT_EQ(reading.window, TinyWindow({0, 0.5F, 0, 0, -0.5F, 0}));
    }
  }
  Pass(Milliseconds(100));
  EXPECT_EQ(results_.size(), 4U);  // each ended, nobody having answered
}

// Twelve bytes each: what counts is what is sent, not the window.
TEST_F(AgentFeaturesTest, TheBudgetCountsTheirBytes) {
  EscalationConfig config;
  config.packing = {.max_readings = 2, .linger = Milliseconds(1)};
  config.budget = {.bytes_per_s = 240.0F, .burst = Milliseconds(100), .window = Milliseconds(0)};
  MakeAgent(config, task_);
  for (int i = 0; i < 4; ++i) OnSample(TinySample(1, true));
  Pass(Milliseconds(2));
  std::size_t sent = 0;
  for (const wire::Message& request : requests_) sent += Asked(request).readings.size();
  EXPECT_EQ(sent, 2U);  // 24 bytes
}

TEST_F(AgentFeaturesTest, AWorkerWithAnotherVersionOfTheTaskIsSaid) {
  const LogCapture log;
  OnSample(TinySample(1, true));
  Reject(requests_.front(), wire::RejectionReason::kUnknownTask);
  EXPECT_EQ(Counted("rejected_unknown_task"), 1U);
  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_EQ(log.lines()[0],
            "pump: worker 'worker-1' refuses a reading as unknown_task: 'no'; workers need the "
            "device's version of the task, and of BigLittle none that is older");
  Pass(kDeadline);
  EXPECT_EQ(results_.size(), 1U);
}

// It knows no request of features.
TEST_F(AgentFeaturesTest, AWorkerFromBeforeThemRefusesAndIsSaid) {
  const LogCapture log;
  OnSample(TinySample(1, true));
  Reject(requests_.front(), wire::RejectionReason::kInvalid);
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].decided_by, DecidedBy::kFallback);
  EXPECT_EQ(results_[0].reason, "rejected: invalid");
  ASSERT_EQ(log.lines().size(), 1U);
  EXPECT_THAT(log.lines()[0], HasSubstr("of BigLittle none that is older"));
}

}  // namespace
}  // namespace biglittle
