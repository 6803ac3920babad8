#include "cli/provision/rights.h"

#include <gtest/gtest.h>

#include <set>

namespace biglittle {
namespace {

const FleetNames kNames{.topic_root = "r/v1", .fleet = "f", .worker_group = "g"};

std::vector<std::string> Spelled(Role role) {
  std::vector<std::string> spelled;
  for (const Right& right : RightsOf({.role = role, .id = "x"}, kNames)) {
    spelled.push_back(std::string(AclType(right.kind)) + " " + right.filter);
  }
  return spelled;
}

using Lines = std::vector<std::string>;

TEST(RightsTest, ADeviceHasItsOwnTopicsOnly) {
  EXPECT_EQ(Spelled(Role::kDevice), (Lines{"publishClientSend r/v1/f/devices/x/control/reply",
                                           "publishClientSend r/v1/f/devices/x/escalate",
                                           "publishClientSend r/v1/f/devices/x/result",
                                           "publishClientSend r/v1/f/devices/x/snapshot/+",
                                           "publishClientSend r/v1/f/devices/x/state",
                                           "publishClientSend r/v1/f/devices/x/status",
                                           "publishClientReceive r/v1/f/devices/x/control",
                                           "publishClientReceive r/v1/f/devices/x/reply/+",
                                           "publishClientReceive r/v1/f/devices/x/sensor/#",
                                           "subscribeLiteral r/v1/f/devices/x/control",
                                           "subscribeLiteral r/v1/f/devices/x/reply/+",
                                           "subscribePattern r/v1/f/devices/x/sensor/#"}));
}

TEST(RightsTest, ASensorSpeaksToItsDeviceAlone) {
  EXPECT_EQ(Spelled(Role::kSensor), (Lines{"publishClientSend r/v1/f/devices/x/sensor/#"}));
}

TEST(RightsTest, AWorkerJoinsItsGroupAndNothingElse) {
  EXPECT_EQ(Spelled(Role::kWorker), (Lines{"publishClientSend r/v1/f/devices/+/reply/x",
                                           "publishClientSend r/v1/f/workers/x/status",
                                           "publishClientReceive r/v1/f/devices/+/escalate",
                                           "subscribeLiteral $share/g/r/v1/f/devices/+/escalate"}));
}

TEST(RightsTest, AWorkerAnswersThoseWhoAreNamed) {
  std::set<std::string> sends;
  for (const Right& right : RightsOf({.role = Role::kWorker, .id = "x"}, kNames, {"a", "b"})) {
    if (right.kind == RightKind::kSend) sends.insert(right.filter);
  }
  EXPECT_EQ(sends, (std::set<std::string>{"r/v1/f/devices/a/reply/x", "r/v1/f/devices/b/reply/x",
                                          "r/v1/f/workers/x/status"}));
}

TEST(RightsTest, ADashboardPublishesNothing) {
  for (const std::string& right : Spelled(Role::kDashboard)) {
    EXPECT_EQ(right.find("publishClientSend"), std::string::npos) << right;
    EXPECT_EQ(right.find("escalate"), std::string::npos) << right;
    EXPECT_EQ(right.find("reply"), std::string::npos) << right;
  }
  EXPECT_EQ(Spelled(Role::kDashboard).size(), 8U);
}

TEST(RightsTest, AnOperatorIsADashboardThatSteers) {
  const Lines dashboard = Spelled(Role::kDashboard);
  std::set<std::string> more;
  for (const std::string& right : Spelled(Role::kOperator)) more.insert(right);
  for (const std::string& right : dashboard) EXPECT_EQ(more.erase(right), 1U) << right;
  EXPECT_EQ(more, (std::set<std::string>{"publishClientSend r/v1/f/devices/+/control",
                                         "publishClientReceive r/v1/f/devices/+/control/reply",
                                         "publishClientReceive r/v1/f/devices/+/snapshot/+",
                                         "subscribePattern r/v1/f/devices/+/control/reply",
                                         "subscribePattern r/v1/f/devices/+/snapshot/+"}));
}

FleetNames WithHomeAssistant(bool steering) {
  FleetNames names = kNames;
  names.home_assistant = {"ha", "ha/status", steering};
  return names;
}

// What the names give beyond those without.
std::set<std::string> MoreOf(Role role, const FleetNames& names) {
  std::set<std::string> more;
  for (const Right& right : RightsOf({.role = role, .id = "x"}, names)) {
    more.insert(std::string(AclType(right.kind)) + " " + right.filter);
  }
  for (const std::string& right : Spelled(role)) EXPECT_EQ(more.erase(right), 1U) << right;
  return more;
}

TEST(RightsTest, ADeviceShowsItselfAndNobodyElse) {
  EXPECT_EQ(
      MoreOf(Role::kDevice, WithHomeAssistant(true)),
      (std::set<std::string>{"publishClientSend ha/device/biglittle_f__x/config",
                             "publishClientReceive ha/status", "subscribeLiteral ha/status"}));
  for (const Role role : kRoles) {
    if (role == Role::kDevice || role == Role::kHomeAssistant) continue;
    EXPECT_TRUE(MoreOf(role, WithHomeAssistant(true)).empty()) << RoleName(role);
  }
}

TEST(RightsTest, HomeAssistantReadsAndSteersWhereItMay) {
  EXPECT_EQ(Spelled(Role::kHomeAssistant), (Lines{"publishClientReceive r/v1/f/devices/+/state",
                                                  "publishClientReceive r/v1/f/devices/+/status",
                                                  "subscribePattern r/v1/f/devices/+/state",
                                                  "subscribePattern r/v1/f/devices/+/status"}));
  const std::set<std::string> reading{"publishClientSend ha/status", "publishClientReceive ha/#",
                                      "subscribePattern ha/#"};
  EXPECT_EQ(MoreOf(Role::kHomeAssistant, WithHomeAssistant(false)), reading);
  std::set<std::string> steering = reading;
  steering.insert("publishClientSend r/v1/f/devices/+/control");
  EXPECT_EQ(MoreOf(Role::kHomeAssistant, WithHomeAssistant(true)), steering);
}

TEST(RightsTest, TheAdministratorSeesNoFleetsData) {
  for (const std::string& right : Spelled(Role::kAdmin)) {
    EXPECT_NE(right.find('$'), std::string::npos) << right;
  }
}

TEST(IdentityTest, UserNamesAndIdentitiesAreOneToOne) {
  for (const Role role : kRoles) {
    const Identity identity{.role = role, .id = "a.b-c_1"};
    const std::string name = UserName(identity, "plant-7");
    EXPECT_EQ(IdentityOf(name, "plant-7"), identity);
    EXPECT_EQ(IdentityOf(name, "plant-8"), std::nullopt);
    EXPECT_EQ(RoleOf(RoleName(role)), role);
    const std::string second = UserName(identity, "plant-7", 2);
    EXPECT_EQ(second, name + ":2");
    EXPECT_EQ(IdentityOf(second, "plant-7"), identity);
    EXPECT_EQ(IdentityOf(second, "plant"), std::nullopt);
  }
  for (const char* name :
       {"", "device:@f", "device:a", "a@f", "device:a/b@f", "nobody:a@f", "device:a@b@f",
        "@device:a", "device:a@f:", "device:a@f:0", "device:a@f:1", "device:a@f:02",
        "device:a@f:2x", "device:a@f:2:3", "device:a@f2", "device:a@f:99999999999"}) {
    EXPECT_EQ(IdentityOf(name, "f"), std::nullopt) << name;
  }
}

TEST(IdentityTest, IdsMustFitIntoACertificatesName) {
  EXPECT_TRUE(CheckIdentity({.role = Role::kDevice, .id = std::string(50, 'a')}, "123456").ok());
  const absl::Status status =
      CheckIdentity({.role = Role::kDevice, .id = std::string(51, 'a')}, "123456");
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_NE(status.message().find("65 bytes"), std::string::npos) << status;
  EXPECT_TRUE(CheckIdentity({.role = Role::kDevice, .id = std::string(48, 'a')}, "123456", 2).ok());
  EXPECT_FALSE(
      CheckIdentity({.role = Role::kDevice, .id = std::string(49, 'a')}, "123456", 2).ok());
  EXPECT_FALSE(CheckIdentity({.role = Role::kDevice, .id = "a/b"}, "f").ok());
  EXPECT_FALSE(CheckIdentity({.role = Role::kDevice, .id = ".."}, "f").ok());
}

}  // namespace
}  // namespace biglittle
