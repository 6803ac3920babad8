#include "cli/provision/dynamic_security.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace biglittle {
namespace {

using nlohmann::json;

const FleetNames kNames{.fleet = "plant-7"};

WantedClients Wanting(const std::vector<Identity>& identities) {
  WantedClients wanted;
  for (const Identity& identity : identities) {
    wanted[UserName(identity, kNames.fleet)] = RightsOf(identity, kNames);
  }
  return wanted;
}

const Identity kPump{.role = Role::kDevice, .id = "pump-1"};
const Identity kWorker{.role = Role::kWorker, .id = "worker-1"};
const std::string kPumpName = "device:pump-1@plant-7";

// What a broker that read this file would list.
std::pair<json, json> Lists(const std::string& file) {
  const json root = json::parse(file);
  return {json{{"clients", root.at("clients")}}, json{{"roles", root.at("roles")}}};
}

std::vector<std::string> Names(const std::vector<json>& commands) {
  std::vector<std::string> names;
  for (const json& command : commands) {
    names.push_back(command.at("command").get<std::string>() + " " +
                    command.value("username", command.value("rolename", "")));
  }
  return names;
}

TEST(DynamicSecurityTest, TheFileSaysWhoMayDoWhatAndDeniesTheRest) {
  const auto file = FileFor(Wanting({kPump}), "plant-7", "", {});
  ASSERT_TRUE(file.ok());
  const json root = json::parse(*file);
  EXPECT_EQ(root.at("defaultACLAccess").at("publishClientReceive"), false);
  EXPECT_EQ(root.at("defaultACLAccess").at("publishClientSend"), false);
  EXPECT_EQ(root.at("defaultACLAccess").at("subscribe"), false);
  ASSERT_EQ(root.at("clients").size(), 1U);
  EXPECT_EQ(root.at("clients").at(0).at("username"), kPumpName);
  EXPECT_EQ(root.at("clients").at(0).at("clientid"), kPumpName);
  EXPECT_FALSE(root.at("clients").at(0).contains("password"));
  ASSERT_EQ(root.at("roles").size(), 1U);
  EXPECT_EQ(root.at("roles").at(0).at("acls").size(), 12U);
}

TEST(DynamicSecurityTest, ABrokerThatHasTheFileNeedsNoCommands) {
  const WantedClients wanted = Wanting({kPump, kWorker});
  const auto [clients, roles] = Lists(*FileFor(wanted, "plant-7", "", {}));
  const auto commands = CommandsFor(wanted, "plant-7", clients, roles, {});
  ASSERT_TRUE(commands.ok()) << commands.status();
  EXPECT_EQ(Names(*commands), std::vector<std::string>{});
}

TEST(DynamicSecurityTest, CommandsTakeAwayFirstAndThenGive) {
  const auto [clients, roles] = Lists(*FileFor(Wanting({kWorker}), "plant-7", "", {}));
  const auto commands = CommandsFor(Wanting({kPump}), "plant-7", clients, roles, {});
  ASSERT_TRUE(commands.ok());
  EXPECT_EQ(Names(*commands), (std::vector<std::string>{
                                  "setDefaultACLAccess ", "deleteClient worker:worker-1@plant-7",
                                  "deleteRole worker:worker-1@plant-7", "createRole " + kPumpName,
                                  "createClient " + kPumpName}));
}

TEST(DynamicSecurityTest, ARoleWithOtherRightsIsPutRight) {
  const WantedClients wanted = Wanting({kPump});
  for (const json& more :
       {json{{"acltype", "publishClientSend"}, {"topic", "#"}, {"allow", true}},
        json{{"acltype", "subscribePattern"}, {"topic", "x"}, {"allow", false}, {"priority", 3}}}) {
    auto [clients, roles] = Lists(*FileFor(wanted, "plant-7", "", {}));
    roles["roles"][0]["acls"].push_back(more);
    const auto commands = CommandsFor(wanted, "plant-7", clients, roles, {});
    ASSERT_TRUE(commands.ok());
    EXPECT_EQ(Names(*commands),
              (std::vector<std::string>{"setDefaultACLAccess ", "modifyRole " + kPumpName}));
  }
}

TEST(DynamicSecurityTest, AClientWithOtherRolesOrGroupsIsMadeAnew) {
  const WantedClients wanted = Wanting({kPump});
  for (const json& change : {json{{"roles", {{{"rolename", kPumpName}}, {{"rolename", "admin"}}}}},
                             json{{"groups", {{{"groupname", "all"}}}}}, json{{"disabled", true}},
                             json{{"clientid", "other"}}}) {
    auto [clients, roles] = Lists(*FileFor(wanted, "plant-7", "", {}));
    clients["clients"][0].update(change);
    const auto commands = CommandsFor(wanted, "plant-7", clients, roles, {});
    ASSERT_TRUE(commands.ok());
    EXPECT_EQ(Names(*commands),
              (std::vector<std::string>{"setDefaultACLAccess ", "deleteClient " + kPumpName,
                                        "createClient " + kPumpName}))
        << change;
  }
}

TEST(DynamicSecurityTest, WhatIsNotTheFleetsStays) {
  const std::string other = FileFor(Wanting({kPump}), "other", "", {}).value();
  json file = json::parse(other);
  file["clients"].push_back({{"username", "by-hand"}});
  file["groups"] = json::array({{{"groupname", "mine"}}});
  const auto merged = FileFor(Wanting({kPump}), "plant-7", file.dump(), {});
  ASSERT_TRUE(merged.ok());
  const json root = json::parse(*merged);
  EXPECT_EQ(root.at("groups").size(), 1U);
  EXPECT_NE(merged->find("by-hand"), std::string::npos);
  const auto [clients, roles] = Lists(*merged);
  const auto commands = CommandsFor({}, "plant-7", clients, roles, {});
  EXPECT_EQ(Names(*commands),
            (std::vector<std::string>{"setDefaultACLAccess ", "deleteClient " + kPumpName,
                                      "deleteRole " + kPumpName}));
}

TEST(DynamicSecurityTest, APasswordIsHashedInTheFileAndKeptUntilThereIsANewOne) {
  const Identity screen{.role = Role::kDashboard, .id = "screen"};
  const std::string name = UserName(screen, "plant-7");
  const auto first = FileFor(Wanting({screen}), "plant-7", "", {{name, "secret"}});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->find("\"secret\""), std::string::npos);
  const auto second = FileFor(Wanting({screen, kPump}), "plant-7", *first, {});
  const auto password = [](const std::string& file) -> json {
    const json root = json::parse(file);
    for (const json& client : root.at("clients")) {
      if (client.contains("password")) return client.at("password");
    }
    return {};
  };
  EXPECT_TRUE(password(*first).is_string());
  EXPECT_EQ(password(*first), password(*second));
  const auto third = FileFor(Wanting({screen}), "plant-7", *second, {{name, "other"}});
  EXPECT_NE(password(*first), password(*third));
}

TEST(DynamicSecurityTest, WhatIsNotThePluginsIsRefused) {
  EXPECT_FALSE(FileFor({}, "plant-7", "{", {}).ok());
  EXPECT_FALSE(FileFor({}, "plant-7", "[]", {}).ok());
  EXPECT_FALSE(CommandsFor({}, "plant-7", json::object(), json::object(), {}).ok());
}

}  // namespace
}  // namespace biglittle
