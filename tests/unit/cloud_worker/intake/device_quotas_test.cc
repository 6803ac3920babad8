#include "cloud_worker/intake/device_quotas.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

const SteadyTime kNow(Milliseconds(1000));

Admission Cost(double cost) {
  Admission admission;
  admission.address.device = "pump";
  admission.cost = cost;
  return admission;
}

TEST(DeviceQuotasTest, OneDeviceMayAskSoOftenAndTheOthersDoNotSuffer) {
  DeviceQuotas quotas({}, {.device_requests_per_s = 10});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(quotas.MayAsk("pump", kNow)) << i;
  EXPECT_FALSE(quotas.MayAsk("pump", kNow));
  EXPECT_TRUE(quotas.MayAsk("valve", kNow));
  EXPECT_TRUE(quotas.MayAsk("pump", kNow + Milliseconds(100)));
}

// One of them was counted before it was read.
TEST(DeviceQuotasTest, ARequestCountsAsManyAsItHasReadings) {
  DeviceQuotas quotas({}, {.device_requests_per_s = 10});
  EXPECT_TRUE(quotas.MayAsk("pump", kNow));
  quotas.Charge(Cost(9), kNow);
  EXPECT_TRUE(quotas.MayAsk("pump", kNow));
  quotas.Charge(Cost(1), kNow);
  EXPECT_FALSE(quotas.MayAsk("pump", kNow));
}

TEST(DeviceQuotasTest, WithoutALimitAllMayAsk) {
  DeviceQuotas quotas({}, {.device_requests_per_s = 0});
  quotas.Charge(Cost(1e9), kNow);
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(quotas.MayAsk("pump", kNow));
}

// Half a second of computing a second, and as much at once but one at least: of three readings that
// take 0.6 s each the second finds the bucket at 0.4.
TEST(DeviceQuotasTest, WhatIsPrioritisedBeyondTheShareIsNotGrantedAndKeepsItsPlace) {
  DeviceQuotas quotas({}, {.compute_threads = 1});
  std::vector<WorkItem> items(4);
  for (WorkItem& item : items) item.address.device = "pump";
  EXPECT_FALSE(DeviceQuotas::HasPriorities(items));
  for (const std::size_t i : {0U, 1U, 3U}) items[i].priority = wire::kPrioritised;
  EXPECT_TRUE(DeviceQuotas::HasPriorities(items));
  EXPECT_EQ(quotas.GrantPriorities(items, Milliseconds(600), kNow), 2U);
  EXPECT_EQ(items[0].priority, wire::kPrioritised);
  for (const std::size_t i : {1U, 2U, 3U}) EXPECT_EQ(items[i].priority, wire::kNormalPriority);
}

}  // namespace
}  // namespace biglittle
