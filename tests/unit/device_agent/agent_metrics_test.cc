#include "device_agent/agent_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_client.h"
#include "tests/support/metric_names.h"
#include "tests/unit/device_agent/agent_harness.h"

namespace biglittle {
namespace {

class AgentMetricsTest : public AgentTest {
 protected:
  AgentMetricsTest() { agent_->Observe(&agent_metrics_); }

  double Value(const std::string& series) const { return ValueOf(metrics_.Text(), series); }

  Metrics metrics_{[this] {
    return AgentMeasurements({.ready = true, .condition = "", .counters = agent_->counters()});
  }};
  const AgentMetrics agent_metrics_{metrics_};
};

TEST_F(AgentMetricsTest, EveryWayToEndIsCountedAndTimed) {
  OnSample(TinySample(0, true));
  OnSample(TinySample(3, false));
  clock_.Advance(Milliseconds(20));
  agent_->OnReply(Answer(requests_.front(), 3));
  OnSample(TinySample(3, false));
  clock_.Advance(kDeadline);
  agent_->OnTime();
  EXPECT_EQ(Value("biglittle_agent_readings_total"), 3);
  EXPECT_EQ(Value("biglittle_agent_escalations_total"), 2);
  EXPECT_EQ(Value("biglittle_agent_outcomes_total{kind=\"little\",reason=\"none\"}"), 1);
  EXPECT_EQ(Value("biglittle_agent_outcomes_total{kind=\"big\",reason=\"none\"}"), 1);
  EXPECT_EQ(Value("biglittle_agent_outcomes_total{kind=\"fallback\",reason=\"deadline\"}"), 1);
  EXPECT_EQ(Value("biglittle_agent_outcomes_total{kind=\"fallback\",reason=\"stopping\"}"), 0);
  EXPECT_EQ(Value("biglittle_agent_deadline_misses_total"), 0);
  EXPECT_EQ(Value("biglittle_agent_round_trip_seconds_count"), 1);
  EXPECT_DOUBLE_EQ(Value("biglittle_agent_round_trip_seconds_sum"), 0.02);
  EXPECT_EQ(Value("biglittle_agent_reading_seconds_count{decided_by=\"little\"}"), 1);
  EXPECT_DOUBLE_EQ(Value("biglittle_agent_reading_seconds_sum{decided_by=\"big\"}"), 0.02);
  EXPECT_DOUBLE_EQ(Value("biglittle_agent_reading_seconds_sum{decided_by=\"fallback\"}"), 0.1);
}

TEST_F(AgentMetricsTest, OperationsExplainsEachOfThem) {
  EXPECT_THAT(NotExplained(metrics_.Text(), "biglittle_agent_"), testing::IsEmpty());
}

}  // namespace
}  // namespace biglittle
