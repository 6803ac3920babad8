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

std::vector<WorkItem> Prioritised(std::size_t count) {
  std::vector<WorkItem> items(count);
  for (WorkItem& item : items) {
    item.address.device = "pump";
    item.priority = wire::kPrioritised;
  }
  return items;
}

// An eighth of a second of computing at once: of three readings that take 0.1 s each the second
// finds 0.025 s.
TEST(DeviceQuotasTest, WhatIsPrioritisedBeyondTheShareIsNotGrantedAndKeepsItsPlace) {
  DeviceQuotas quotas({}, {.compute_threads = 1});
  std::vector<WorkItem> items = Prioritised(4);
  items[2].priority = wire::kNormalPriority;
  EXPECT_TRUE(DeviceQuotas::HasPriorities(items));
  EXPECT_EQ(quotas.GrantPriorities(items, Milliseconds(100), kNow), 2U);
  EXPECT_EQ(items[0].priority, wire::kPrioritised);
  for (const std::size_t i : {1U, 2U, 3U}) EXPECT_EQ(items[i].priority, wire::kNormalPriority);
  EXPECT_FALSE(DeviceQuotas::HasPriorities({items.begin() + 1, items.end()}));
}

// Others wait for what is granted: the more devices there are, the less that may be.
TEST(DeviceQuotasTest, OfALargeFleetAFewMillisecondsAreGrantedAtOnce) {
  FleetConfig fleet;
  fleet.devices.resize(10);
  DeviceQuotas quotas(fleet, {.compute_threads = 1});
  std::vector<WorkItem> items = Prioritised(256);
  EXPECT_EQ(quotas.GrantPriorities(items, Milliseconds(1), kNow), 256U - 12U);
}

// One that costs more than all that may be granted at once is granted, and paid for later.
TEST(DeviceQuotasTest, ADearReadingIsGrantedNowAndThen) {
  DeviceQuotas quotas({}, {.compute_threads = 1});
  std::vector<WorkItem> items = Prioritised(2);
  EXPECT_EQ(quotas.GrantPriorities(items, Milliseconds(600), kNow), 1U);
  items = Prioritised(1);
  EXPECT_EQ(quotas.GrantPriorities(items, Milliseconds(600), kNow + Milliseconds(1199)), 1U);
  items = Prioritised(1);
  EXPECT_EQ(quotas.GrantPriorities(items, Milliseconds(600), kNow + Milliseconds(1201)), 0U);
}

}  // namespace
}  // namespace biglittle
