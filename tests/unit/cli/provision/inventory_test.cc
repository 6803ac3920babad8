#include "cli/provision/inventory.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/provision/fleet_plan.h"

namespace biglittle {
namespace {

Inventory Example() {
  Inventory inventory;
  inventory.names.fleet = "plant-7";
  inventory.names.home_assistant = {"ha", "ha/status", true};
  inventory.hosts = {"broker.example", "127.0.0.1"};
  inventory.user = "mosquitto";
  inventory.admin_port = 8885;
  const std::chrono::sys_seconds end{std::chrono::seconds(1'858'723'200)};
  inventory.broker = {{.serial = "0A", .not_after = end}};
  inventory.identities[{.role = Role::kDevice, .id = "pump-1"}] = {
      {.serial = "0B", .not_after = end}, {.serial = "0C", .not_after = end}};
  inventory.identities[{.role = Role::kAdmin, .id = "admin"}] = {
      {.serial = "0D", .not_after = end}};
  inventory.revoked = {{.serial = "0E", .when = end}};
  inventory.list_number = 3;
  inventory.confirmed_list = 2;
  inventory.probe = {.serial = "0F", .list = 3};
  inventory.first_generation = 2;
  inventory.generations[{.role = Role::kDevice, .id = "pump-1"}] = 3;
  inventory.generations[{.role = Role::kDevice, .id = "pump-9"}] = 1;
  inventory.tombstones[{.role = Role::kDevice, .id = "pump-9"}] = end;
  inventory.untold = {.certificates = true,
                      .sessions = {"device:pump-1@plant-7:3"},
                      .passwords = {"dashboard:screen@plant-7"},
                      .retained = {{.role = Role::kDevice, .id = "pump-9"}},
                      .entries = {"homeassistant"}};
  inventory.unfinished = {"device:pump-1@plant-7:3"};
  return inventory;
}

TEST(InventoryTest, ComesBackFromItsFileAsItWas) {
  const auto read = ParseInventory(ToJson(Example()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, Example());
}

TEST(InventoryTest, WhatIsNoInventoryIsRefused) {
  const std::string whole = ToJson(Example());
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{\"version\": 3}"), whole.substr(0, 100)}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseInventory(text).status())) << text;
  }
  Inventory nobody = Example();
  nobody.broker.clear();
  EXPECT_FALSE(ParseInventory(ToJson(nobody)).ok());
}

std::string AsVersionOne(const Inventory& inventory) {
  nlohmann::json root = nlohmann::json::parse(ToJson(inventory));
  root["version"] = 1;
  for (const char* key :
       {"probe", "confirmed_list", "first_generation", "generations", "tombstones"}) {
    root.erase(key);
  }
  return root.dump();
}

TEST(InventoryTest, AFolderOfBeforeKeepsItsNamesAndGivesNoneTwice) {
  const auto read = ParseInventory(AsVersionOne(Example()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->NameOf({.role = Role::kDevice, .id = "pump-1"}), "device:pump-1@plant-7");
  EXPECT_EQ(read->NameOf({.role = Role::kAdmin, .id = "admin"}), "admin:admin@plant-7");
  // Perhaps one of those whose keys are on the list.
  EXPECT_EQ(read->NameOf({.role = Role::kDevice, .id = "pump-9"}), "device:pump-9@plant-7:2");
  EXPECT_EQ(read->list_number, 4U);
  EXPECT_EQ(read->confirmed_list, 3U);
  EXPECT_TRUE(read->untold.certificates);
  Inventory nobody_revoked = Example();
  nobody_revoked.revoked.clear();
  const auto clean = ParseInventory(AsVersionOne(nobody_revoked));
  ASSERT_TRUE(clean.ok()) << clean.status();
  EXPECT_EQ(clean->NameOf({.role = Role::kDevice, .id = "pump-9"}), "device:pump-9@plant-7");
  EXPECT_EQ(clean->confirmed_list, clean->list_number);
}

TEST(InventoryTest, DaysAreThoseOfUtc) {
  EXPECT_EQ(
      DayOf(std::chrono::sys_days(std::chrono::year(2028) / 11 / 25) + std::chrono::hours(23)),
      "2028-11-25");
}

TEST(InventoryTest, WorkersAnswerNamedDevicesWhereAllAreKnownAndFew) {
  Inventory inventory = Example();
  const auto some = inventory.broker;
  EXPECT_EQ(inventory.AnsweredDevices(), std::vector<std::string>{"pump-1"});
  for (int i = 100; i < 199; ++i) {
    inventory.identities[{.role = Role::kDevice, .id = "pump-" + std::to_string(i)}] = some;
  }
  EXPECT_EQ(inventory.AnsweredDevices().size(), 100U);
  Inventory with_site = inventory;
  with_site.identities[{.role = Role::kBridge, .id = "site-1"}] = some;
  EXPECT_EQ(with_site.AnsweredDevices(), std::vector<std::string>{kAnyDevice});
  inventory.identities[{.role = Role::kDevice, .id = "one-more"}] = some;
  EXPECT_EQ(inventory.AnsweredDevices(), std::vector<std::string>{kAnyDevice});
}

FleetConfig Fleet(const std::vector<std::string>& devices) {
  FleetConfig fleet;
  fleet.fleet = "plant-7";
  fleet.broker.host = "broker.example";
  fleet.broker.port = 8883;
  for (const std::string& id : devices) {
    DeviceConfig device;
    device.id = id;
    fleet.devices.push_back(device);
  }
  WorkerConfig worker;
  worker.id = "worker-1";
  fleet.workers.push_back(worker);
  return fleet;
}

TEST(FleetPlanTest, AddsWhomTheFileNamesAndRevokesWhomItDoesNot) {
  const auto plan = PlanFor(Example(), Fleet({"pump-2"}));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->to_add,
            (std::vector<Identity>{{Role::kDevice, "pump-2"}, {Role::kWorker, "worker-1"}}));
  EXPECT_EQ(plan->to_revoke, (std::vector<Identity>{{Role::kDevice, "pump-1"}}));
}

TEST(FleetPlanTest, WhoWasLeftUnfinishedIsAddedAgain) {
  const auto plan = PlanFor(Example(), Fleet({"pump-1"}));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->to_add,
            (std::vector<Identity>{{Role::kDevice, "pump-1"}, {Role::kWorker, "worker-1"}}));
}

TEST(FleetPlanTest, WhoWasRevokedIsBarredUntilItIsReadmitted) {
  const Identity pump{.role = Role::kDevice, .id = "pump-9"};
  const auto plan = PlanFor(Example(), Fleet({"pump-1", "pump-9"}));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->barred, std::vector<Identity>{pump});
  const auto readmitted = PlanFor(Example(), Fleet({"pump-1", "pump-9"}), {pump});
  ASSERT_TRUE(readmitted.ok());
  EXPECT_TRUE(readmitted->barred.empty());
  EXPECT_EQ(std::count(readmitted->to_add.begin(), readmitted->to_add.end(), pump), 1);
}

TEST(FleetPlanTest, IsEmptyOnceItWasApplied) {
  Inventory inventory = Example();
  const IssuedCertificate some = inventory.broker.front();
  inventory.identities[{.role = Role::kWorker, .id = "worker-1"}] = {some};
  inventory.unfinished.clear();
  inventory.identities[{.role = Role::kDashboard, .id = "screen"}] = {some};
  const auto plan = PlanFor(inventory, Fleet({"pump-1"}));
  ASSERT_TRUE(plan.ok());
  EXPECT_TRUE(plan->empty());
}

TEST(FleetPlanTest, AFileThatIsNotTheFoldersIsRefused) {
  FleetConfig other = Fleet({"pump-1"});
  other.fleet = "plant-8";
  EXPECT_TRUE(absl::IsInvalidArgument(PlanFor(Example(), other).status()));
  FleetConfig elsewhere = Fleet({"pump-1"});
  elsewhere.broker.host = "10.0.0.1";
  EXPECT_TRUE(absl::IsInvalidArgument(PlanFor(Example(), elsewhere).status()));
  FleetConfig other_port = Fleet({"pump-1"});
  other_port.broker.port = 1883;
  EXPECT_TRUE(absl::IsInvalidArgument(PlanFor(Example(), other_port).status()));
  FleetConfig too_long = Fleet({std::string(64, 'x')});
  EXPECT_TRUE(absl::IsInvalidArgument(PlanFor(Example(), too_long).status()));
}

}  // namespace
}  // namespace biglittle
