#include "cli/provision/retained_purge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const Identity kPump{.role = Role::kDevice, .id = "pump-1"};
const Identity kGone{.role = Role::kDevice, .id = "pump-9"};
const Identity kWorker{.role = Role::kWorker, .id = "worker-1"};
const Identity kSite{.role = Role::kBridge, .id = "site-1"};

Inventory Example() {
  Inventory inventory;
  inventory.names = {.topic_root = "r", .fleet = "f", .worker_group = "g"};
  for (const Identity& identity : {kPump, kWorker, Administrator()}) {
    inventory.identities[identity] = {{.serial = "0A", .not_after = {}}};
  }
  return inventory;
}

TEST(PurgeOrderTest, IsWhatTheOneMayWriteButForTheStatusesOfOthers) {
  const PurgeOrder order = PurgeOf({kGone}, Example());
  EXPECT_THAT(order.filters,
              ElementsAre("r/f/devices/pump-9/control/reply", "r/f/devices/pump-9/escalate",
                          "r/f/devices/pump-9/result", "r/f/devices/pump-9/snapshot/+",
                          "r/f/devices/pump-9/state", "r/f/devices/pump-9/status"));
  EXPECT_THAT(order.kept,
              UnorderedElementsAre("r/f/devices/pump-1/state", "r/f/devices/pump-1/status",
                                   "r/f/workers/worker-1/status"));
  // Somebody's own status goes.
  EXPECT_THAT(PurgeOf({kPump}, Example()).kept,
              UnorderedElementsAre("r/f/workers/worker-1/status"));
  // Devices that a bridge made up, and not those that are here.
  EXPECT_THAT(PurgeOf({kSite}, Example()).filters, testing::Contains("r/f/devices/+/status"));
  EXPECT_THAT(PurgeOf({kSite}, Example()).kept, testing::SizeIs(3));
}

TEST(PurgeOrderTest, OfEntriesInHomeAssistantOnlyOurs) {
  Inventory inventory = Example();
  inventory.names.home_assistant = {"ha", "ha/status", false};
  inventory.tombstones[kGone] = {};
  EXPECT_THAT(PurgeOf({kGone}, inventory).filters,
              testing::Contains("ha/device/biglittle_f__pump-9/config"));
  const PurgeOrder all = PurgeOfAll(inventory);
  EXPECT_THAT(all.filters, ElementsAre("r/f/#", "ha/device/+/config"));
  EXPECT_THAT(all.kept, testing::Contains("ha/device/biglittle_f__pump-1/config"));
  EXPECT_THAT(all.shared_prefixes, ElementsAre("ha"));
  EXPECT_THAT(all.ours, UnorderedElementsAre("ha/device/biglittle_f__pump-1/config",
                                             "ha/device/biglittle_f__pump-9/config"));
  // Below an earlier prefix those of devices that are here go as well.
  PurgeOrder order;
  AddEntriesBelow({"old"}, inventory, order);
  EXPECT_THAT(order.filters, ElementsAre("old/device/+/config"));
  EXPECT_THAT(order.ours, UnorderedElementsAre("old/device/biglittle_f__pump-1/config",
                                               "old/device/biglittle_f__pump-9/config"));
  EXPECT_THAT(order.kept, IsEmpty());
}

TEST(PurgeOrderTest, NobodyWhoWritesNothingOfTheFleetsIsLookedAt) {
  EXPECT_THAT(PurgeOf({}, Example()).filters, IsEmpty());
  EXPECT_THAT(PurgeOf({Administrator(), {.role = Role::kDashboard, .id = "x"}}, Example()).filters,
              IsEmpty());
}

TEST(PurgeOrderTest, OfAllKeepsTheStatusesOfThoseWhoAreHere) {
  EXPECT_EQ(PurgeOfAll(Example()),
            (PurgeOrder{{"r/f/#"},
                        {"r/f/devices/pump-1/state", "r/f/devices/pump-1/status",
                         "r/f/workers/worker-1/status"}}));
}

}  // namespace
}  // namespace biglittle
