#include "cli/bench/bench_fleet_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using std::chrono::microseconds;

FleetRun Run(std::uint64_t devices, std::uint64_t bytes, int cpu_us) {
  return {.devices = devices,
          .processes = 1,
          .seconds = 2.0,
          .readings = 100,
          .escalated = 10,
          .cpu = {microseconds(cpu_us * 100), microseconds(2000), microseconds(1000)},
          .bytes = bytes,
          .taken = 120,
          .results = 120,
          .deadline_met = 1.0};
}

FleetSummary Example() {
  return {.task = "tiny",
          .windows = "seeded windows",
          .one = Run(1, 10'000'000, 70),
          .few = Run(10, 11'000'000, 70),
          .many = Run(101, 30'000'000, 80),
          .first_result_ms = {90.0, 300.0, 100.0}};
}

TEST(BenchFleetSummaryTest, ComputesWhatADeviceAndAReadingCost) {
  const FleetSummary summary = Example();
  EXPECT_DOUBLE_EQ(CpuUs(summary.many.cpu.agent, summary.many), 80.0);
  EXPECT_DOUBLE_EQ(CpuUs(summary.many.cpu.total(), summary.many), 110.0);
  EXPECT_DOUBLE_EQ(CostRatio(summary), 1.1);
  EXPECT_DOUBLE_EQ(BytesPerDevice(summary), 200'000.0);
  EXPECT_DOUBLE_EQ(StartToFirstResultMs(summary), 100.0);
}

TEST(BenchFleetSummaryTest, NothingIsDividedByNothing) {
  FleetSummary summary = Example();
  summary.few.readings = 0;
  summary.many.readings = 0;
  EXPECT_DOUBLE_EQ(CostRatio(summary), 0.0);
  EXPECT_DOUBLE_EQ(CpuUs(summary.many.cpu.agent, summary.many), 0.0);
}

TEST(BenchFleetSummaryTest, SaysWhichTargetsAreMet) {
  FleetSummary summary = Example();
  for (const FleetTarget& target : TargetsOf(summary)) EXPECT_TRUE(target.met()) << target.name;
  summary.many.deadline_met = 0.999;
  summary.many.bytes += 1000;
  summary.many.cpu.broker *= 10;
  summary.first_result_ms = {151.0};
  for (const FleetTarget& target : TargetsOf(summary)) EXPECT_FALSE(target.met()) << target.name;
  EXPECT_THAT(ToText(summary), testing::ContainsRegex("deadline_met +0.999 +>= 1 +missed"));
}

TEST(BenchFleetSummaryTest, JsonHasTheFieldsOfTheContract) {
  const auto json = nlohmann::json::parse(ToJson(Example()));
  EXPECT_EQ(json["devices"], 101);
  EXPECT_EQ(json["readings_per_s"], 50.0);
  EXPECT_EQ(json["escalations_per_s"], 5.0);
  EXPECT_EQ(json["deadline_met"], 1.0);
  EXPECT_EQ(json["lost"], 0);
  EXPECT_EQ(json["duplicates"], 0);
  EXPECT_EQ(json["cpu_us_per_reading"],
            nlohmann::json::parse(R"({"agent":80.0,"broker":20.0,"worker":10.0})"));
  EXPECT_EQ(json["bytes_per_device"], 200'000.0);
  EXPECT_EQ(json["cost_ratio"], 1.1);
  EXPECT_EQ(json["start_to_first_result_ms"], 100.0);
  for (const char* outcome : {"little", "big", "fallback"}) {
    EXPECT_TRUE(json["latency_ms"][outcome].contains("p50")) << outcome;
    EXPECT_TRUE(json["latency_ms"][outcome].contains("p99")) << outcome;
  }
  EXPECT_EQ(json["met"]["cost_ratio"], true);
}

TEST(BenchFleetSummaryTest, ThePromiseIsBrokenByALossInAnyFleet) {
  FleetSummary summary = Example();
  EXPECT_TRUE(Kept(summary));
  summary.few.results = 119;
  EXPECT_FALSE(Kept(summary));
  EXPECT_EQ(nlohmann::json::parse(ToJson(summary))["lost"], 1);
  summary = Example();
  summary.many.duplicates = 1;
  EXPECT_FALSE(Kept(summary));
}

TEST(BenchFleetSummaryTest, PercentilesAreByOutcome) {
  const Task task = LoadTinyTask();
  ResultTally tally(task);
  std::uint64_t sequence = 0;
  for (const auto& [by, ms] :
       {std::pair(wire::DecidedBy::kLittle, 1.0), std::pair(wire::DecidedBy::kBig, 20.0),
        std::pair(wire::DecidedBy::kFallback, 495.0)}) {
    tally.Add({.device = "a",
               .run = "r",
               .sequence = sequence++,
               .decided_by = by,
               .total_ms = ms,
               .deadline_ms = 500});
  }
  FleetRun run;
  AddTally(tally, run);
  EXPECT_EQ(run.results, 3U);
  EXPECT_DOUBLE_EQ(run.little_ms.p50, 1.0);
  EXPECT_DOUBLE_EQ(run.big_ms.p99, 20.0);
  EXPECT_DOUBLE_EQ(run.fallback_ms.p50, 495.0);
  EXPECT_DOUBLE_EQ(run.deadline_met, 1.0);
}

}  // namespace
}  // namespace biglittle
