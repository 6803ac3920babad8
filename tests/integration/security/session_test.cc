// Who is let in at both listeners, as what, by which TLS; and how somebody is put out.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "cli/provision/private_files.h"
#include "tests/integration/security/secure_broker.h"
#include "tests/integration/security/websocket_client.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/http_client.h"
#include "tests/support/test_fleet.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using testing::Not;

const Identity kScreen{Role::kDashboard, "screen-1"};
constexpr char kResult2[] = "biglittle/v1/test/devices/pump-2/result";
constexpr int kAdministrativeAction = 152;

class SecuritySessions : public testing::Test {
 protected:
  SecuritySessions() : broker_({.identities = {kPump1, kPump2}}) {}

  // A thief's, which stays when the folder goes.
  std::filesystem::path CopyOf(const Identity& identity) {
    auto copy = broker_.folder() / ("copy of " + identity.id);
    std::filesystem::copy(broker_.Of(identity), copy);
    return copy;
  }
  void Synchronise() {
    const auto news = broker_.provisioner().Synchronise();
    ASSERT_TRUE(news.ok()) << news.status();
    EXPECT_EQ(news->state, BrokerState::kTold);
    EXPECT_FALSE(news->reload_by_hand);
  }
  void ExpectPutOut(MqttClient& thief, const std::filesystem::path& certificates) {
    EXPECT_TRUE(thief.AwaitEnd());
    EXPECT_EQ(thief.disconnect_reason(), kAdministrativeAction);
    const MqttClient again(broker_.OptionsFor(certificates));
    EXPECT_EQ(again.connect_reason(), std::nullopt);
    // The broker says so a moment after it has hung up.
    const SteadyTime deadline = TestFleet::Soon();
    while (broker_.CountInLog("certificate verify failed") == 0 &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(Milliseconds(5));
    }
    EXPECT_THAT(broker_.Log(), HasSubstr("certificate verify failed"));
  }
  // It has had one session all the time, and has it still.
  void ExpectUndisturbed(MqttClient& client, const Identity& identity) {
    EXPECT_EQ(client.Publish({.topic = kResult2, .payload = "still here"}), kNoReader);
    EXPECT_TRUE(client.connected());
    EXPECT_EQ(broker_.CountInLog(" as " + broker_.User(identity)), 1U);
  }

  SecureBroker broker_;
};

TEST_F(SecuritySessions, RevokingEndsASessionAtOnceAndNobodyElseNotices) {
  const auto copy = CopyOf(kPump1);
  MqttClient thief(broker_.OptionsFor(copy));
  MqttClient other(broker_.OptionsFor(broker_.Of(kPump2)));
  ASSERT_TRUE(thief.connected() && other.connected());
  ASSERT_TRUE(broker_.provisioner().Revoke(kPump1).ok());
  Synchronise();
  ExpectPutOut(thief, copy);
  ExpectUndisturbed(other, kPump2);
}

// The revocation list alone would let a session live on that is there already.
TEST_F(SecuritySessions, RotatingAwayAKeyEndsTheSessionThatItOpened) {
  const auto copy = CopyOf(kPump1);
  MqttClient thief(broker_.OptionsFor(copy));
  MqttClient other(broker_.OptionsFor(broker_.Of(kPump2)));
  ASSERT_TRUE(thief.connected() && other.connected());
  ASSERT_TRUE(broker_.provisioner().Rotate(kPump1, kCertificateValid, true).ok());
  Synchronise();
  ExpectPutOut(thief, copy);
  ExpectUndisturbed(other, kPump2);
  const MqttClient owner(broker_.OptionsFor(broker_.Of(kPump1)));
  EXPECT_EQ(owner.connect_reason(), 0);
}

// A device of our own fleet file, with a page that says how it is.
class SecuritySteering : public testing::Test {
 protected:
  std::string Ready() const { return Get(port_, "/ready").body; }
  bool Says(const std::string& what) const {
    return Eventually([&] { return Ready().find(what) != std::string::npos; },
                      std::chrono::seconds(60));
  }
  // The exit status of `biglittle control` as this operator.
  int Control(const std::string& as, const std::string& verb) {
    return fleet_.Run("biglittle",
                      {"control", "--config", fleet_.file().string(), "--as", as, "--timeout-ms",
                       "3000", "pump-1", verb},
                      said_);
  }

  const std::uint16_t port_ = UnusedPort();
  SecureBroker broker_{{.identities = {kPump1, {Role::kOperator, "desk-1"}}}};
  TestFleet fleet_{
      broker_.port(),
      {.more_devices = fmt::format("  - id: pump-1\n    task: tiny\n    deadline_ms: 2000\n"
                                   "    health: {{port: {}}}\n"
                                   "    source: {{type: replay, windows: X.npy, readings: 100000, "
                                   "interval_ms: 100}}\n",
                                   port_),
       .broker_keys = broker_.FleetKeys()}};
  std::string said_;
};

TEST_F(SecuritySteering, AnOperatorSteersWithAKeyOfItsOwn) {
  fleet_.StartDevices({"pump-1"});
  ASSERT_TRUE(Says("online"));
  EXPECT_EQ(Control("desk-1", "snapshot"), 0) << said_;
  EXPECT_EQ(Control("desk-1", "pause"), 0) << said_;
  EXPECT_TRUE(Says("paused by an operator"));
  EXPECT_EQ(Control("desk-1", "snapshot"), 0) << said_;
  EXPECT_THAT(said_, HasSubstr("a window on biglittle/v1/test/devices/pump-1/snapshot/"));
  EXPECT_EQ(Control("nobody", "resume"), 2) << said_;
  EXPECT_THAT(Ready(), HasSubstr("paused by an operator"));
  ASSERT_TRUE(broker_.provisioner().Revoke({Role::kOperator, "desk-1"}).ok());
  ASSERT_TRUE(broker_.provisioner().Synchronise().ok());
  EXPECT_NE(Control("desk-1", "resume"), 0) << said_;
  EXPECT_THAT(Ready(), HasSubstr("paused by an operator"));
}

// One whose rights are of before there were operators.
TEST_F(SecuritySteering, ABrokerThatLetsNobodySteerCostsSteeringAlone) {
  const auto witness = broker_.MakeWitness();
  EXPECT_EQ(witness->Publish({.topic = "$CONTROL/dynamic-security/v1",
                              .payload = fmt::format(
                                  R"({{"commands":[{{"command":"removeRoleACL","rolename":"{}",)"
                                  R"("acltype":"subscribeLiteral",)"
                                  R"("topic":"biglittle/v1/test/devices/pump-1/control"}}]}})",
                                  broker_.User(kPump1))}),
            0);
  fleet_.StartDevices({"pump-1"});
  EXPECT_TRUE(Says("online; no operator can steer it: the broker: it refuses the subscription"))
      << Ready();
  EXPECT_EQ(Control("desk-1", "pause"), 1);
  EXPECT_THAT(said_, HasSubstr("pump-1: no answer"));
  EXPECT_EQ(broker_.CountInLog(" as " + broker_.User(kPump1)), 1U);
}

// What its sensor may not say to it keeps no device from its fleet.
TEST_F(SecuritySessions, ARefusedSensorTopicCostsTheSourceNotTheSession) {
  const std::uint16_t port = UnusedPort();
  TestFleet fleet(broker_.port(), {.more_devices = fmt::format(
                                       "  - id: pump-1\n    task: tiny\n    deadline_ms: 2000\n"
                                       "    health: {{port: {}}}\n"
                                       "    source: {{type: mqtt, topic: elsewhere/x}}\n",
                                       port),
                                   .broker_keys = broker_.FleetKeys()});
  fleet.StartDevices({"pump-1"});
  std::string said;
  EXPECT_TRUE(Eventually(
      [&] {
        said = Get(port, "/ready").body;
        return said.starts_with("online") && said.find("the source has failed") < said.size();
      },
      std::chrono::seconds(60)))
      << said;
  EXPECT_THAT(said, HasSubstr("the broker will not let the device hear its sensor"));
  EXPECT_EQ(broker_.CountInLog(" as " + broker_.User(kPump1)), 1U);
}

class SecurityTls : public testing::Test {
 protected:
  SecurityTls() : broker_({.identities = {kPump1, kScreen}, .websockets = true}) {}

  // What openssl says at both listeners to a client that would take anything, with a certificate
  // that is good.
  std::vector<bool> LetsIn(const std::string& version, const std::string& ciphers) {
    std::vector<bool> answers;
    for (const std::uint16_t port : {broker_.port(), broker_.websockets_port()}) {
      const auto device = broker_.Of(kPump1).string();
      auto child = ChildProcess::Start(
          {"/bin/sh", "-c",
           fmt::format("exec openssl s_client -connect 127.0.0.1:{} -{} -cipher {}:@SECLEVEL=0 "
                       "-CAfile {}/ca.pem -cert {}/client.crt -key {}/client.key </dev/null",
                       port, version, ciphers, device, device, device)},
          broker_.folder() / "s_client.log");
      EXPECT_TRUE(child.ok());
      answers.push_back(child->WaitUntil(TestFleet::Soon()) == 0);
    }
    return answers;
  }

  SecureBroker broker_;
};

TEST_F(SecurityTls, VersionsAndCiphersOfBothListeners) {
  const std::vector<bool> kBoth{true, true};
  const std::vector<bool> kNone{false, false};
  EXPECT_EQ(LetsIn("tls1", "ALL"), kNone);
  EXPECT_EQ(LetsIn("tls1_1", "ALL"), kNone);
  EXPECT_EQ(LetsIn("tls1_2", "ALL"), kBoth);
  EXPECT_EQ(LetsIn("tls1_3", "ALL"), kBoth);
  EXPECT_EQ(LetsIn("tls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256"), kBoth);
  EXPECT_EQ(LetsIn("tls1_2", "ECDHE-ECDSA-CHACHA20-POLY1305"), kBoth);
  for (const char* weak :
       {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256",
        "ECDHE-ECDSA-NULL-SHA", "AECDH-AES128-SHA", "aNULL", "eNULL"}) {
    EXPECT_EQ(LetsIn("tls1_2", weak), kNone) << weak;
  }
}

TEST_F(SecurityTls, ADashboardByPasswordIsItselfWhateverItSays) {
  MqttClient pump(broker_.OptionsFor(broker_.Of(kPump1)));
  const std::string user = broker_.User(kScreen);
  std::string password = ReadSmallFile(broker_.Of(kScreen) / "password").value();
  while (password.ends_with('\n')) password.pop_back();
  const auto authority = broker_.authority_file();
  WebsocketClient screen(broker_.websockets_port(), authority);
  ASSERT_EQ(screen.Connect(broker_.User(kPump1), user, password), 0);
  EXPECT_THAT(broker_.Log(), HasSubstr(" as " + user + " (p2, c1, k60, u'" + user + "')"));
  EXPECT_EQ(screen.Subscribe("#"), 128);
  EXPECT_EQ(screen.Subscribe("biglittle/v1/test/devices/pump-1/reply"), 128);
  EXPECT_EQ(screen.Subscribe("biglittle/v1/test/devices/+/result"), 0);
  EXPECT_EQ(pump.Publish({.topic = "biglittle/v1/test/devices/pump-1/result", .payload = "hot"}),
            0);
  EXPECT_EQ(screen.Next(), "biglittle/v1/test/devices/pump-1/resulthot");
  // The device's session is the one that it had.
  EXPECT_TRUE(pump.connected());
  EXPECT_EQ(broker_.CountInLog(" as " + broker_.User(kPump1)), 1U);

  constexpr int kNotAuthorized = 5;
  for (const auto& [name, secret] : {std::pair<std::string, std::string>{user, "guess"},
                                     {user, ""},
                                     {broker_.User(kPump1), ""},
                                     {broker_.User(kPump1), password},
                                     {"", ""}}) {
    WebsocketClient guest(broker_.websockets_port(), authority);
    EXPECT_EQ(guest.Connect("guest", name, secret), kNotAuthorized) << name;
  }
}

}  // namespace
}  // namespace biglittle
