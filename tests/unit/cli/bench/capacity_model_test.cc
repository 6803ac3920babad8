#include "cli/bench/capacity_model.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

constexpr CapacityModel kTrue{.broker_result = 20,
                              .broker_request = 40,
                              .broker_reading = 2,
                              .broker_kilobyte = 1.5,
                              .worker_idle = 5000,
                              .worker_request = 60,
                              .worker_reading = 100,
                              .broker_tls = 1.4,
                              .worker_tls = 1.1};

CapacityRun RunAt(const CapacityPoint& at) {
  return {.at = at, .broker_us = BrokerUs(kTrue, at), .worker_us = WorkerUs(kTrue, at)};
}

CapacityRuns Runs(double packing) {
  CapacityRuns runs{
      .local = RunAt({.per_s = 200}),
      .single = RunAt({.share = 0.1, .kilobytes = 0.5, .per_s = 200}),
      .packed = RunAt({.share = 1, .packing = packing, .kilobytes = 0.5, .per_s = 1000}),
      .other = RunAt({.share = 0.1, .kilobytes = 3, .per_s = 200}),
      .tls = RunAt({.share = 0.1, .kilobytes = 0.5, .tls = true, .per_s = 200})};
  runs.other.worker_us = 5000;  // of another net
  return runs;
}

TEST(CapacityModel, FindsWhatTheRunsWereMadeOf) {
  const CapacityModel model = FitCapacity(Runs(8));
  const CapacityPoint point{.share = 0.2, .packing = 3, .kilobytes = 1, .tls = true, .per_s = 50};
  EXPECT_NEAR(BrokerUs(model, point), BrokerUs(kTrue, point), 1e-9);
  EXPECT_NEAR(WorkerUs(model, point), WorkerUs(kTrue, point), 1e-9);
  EXPECT_NEAR(model.broker_kilobyte, 1.5, 1e-9);
  EXPECT_NEAR(model.worker_request, 60, 1e-9);
  EXPECT_NEAR(model.worker_idle, 5000, 1e-9);
}

// A run that did not pack says nothing of what a request has once.
TEST(CapacityModel, WithoutPackingARequestIsItsReading) {
  const CapacityModel model = FitCapacity(Runs(1.05));
  EXPECT_EQ(model.worker_request, 0);
  EXPECT_NEAR(model.worker_reading, 160, 1e-9);
  const CapacityPoint single{.share = 1, .kilobytes = 0.5};
  EXPECT_NEAR(BrokerUs(model, single), BrokerUs(kTrue, single), 1e-9);
}

TEST(CapacityModel, NothingIsNegativeThatScatters) {
  CapacityRuns runs = Runs(8);
  runs.single.broker_us = runs.local.broker_us - 1;
  runs.other.broker_us = 0;  // of a larger window
  runs.tls.broker_us = 1;
  runs.packed.worker_us = 10 * runs.single.worker_us;
  const CapacityModel model = FitCapacity(runs);
  EXPECT_EQ(model.broker_request, 0);
  EXPECT_EQ(model.broker_reading, 0);
  EXPECT_EQ(model.broker_kilobyte, 0);
  EXPECT_EQ(model.broker_tls, 1);
  EXPECT_EQ(model.worker_request, 0);
}

TEST(CapacityModel, OtherWindowsMayBeSmaller) {
  CapacityRuns runs = Runs(8);
  runs.other = RunAt({.share = 0.1, .kilobytes = 0.1, .per_s = 200});
  EXPECT_NEAR(FitCapacity(runs).broker_kilobyte, 1.5, 1e-9);
}

TEST(CapacityModel, OfTwoRunsTheLessDisturbedCounts) {
  const CapacityRun least =
      LeastOf({.broker_us = 5, .worker_us = 9}, {.broker_us = 6, .worker_us = 7});
  EXPECT_EQ(least.broker_us, 5);
  EXPECT_EQ(least.worker_us, 7);
}

TEST(CapacityModel, FourFifthsOfACore) {
  EXPECT_DOUBLE_EQ(PerSecond(100), 8000);
  EXPECT_EQ(PerSecond(0), 0);
  EXPECT_DOUBLE_EQ(ErrorOf(120, 100), 0.2);
}

}  // namespace
}  // namespace biglittle
