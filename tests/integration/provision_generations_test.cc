// What a revoked key can do where the revocation list did not come to the broker, which runs on
// another machine; and what is said of that.

#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "cli/check/broker_file.h"
#include "cli/provision/private_files.h"
#include "core/program/exit_code.h"
#include "tests/integration/provision_fixture.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

class GenerationsTest : public ProvisionTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(Init(), kExitDone) << Said();
    ASSERT_EQ(Apply(), kExitDone) << Said();
    Said();
  }

  std::filesystem::path Elsewhere() const { return folder_.path() / "elsewhere"; }
  // From a copy of its folder, as on another machine: provisioning can neither write its files nor
  // signal it.
  void StartBrokerElsewhere() {
    std::filesystem::copy(options_.folder / "broker", Elsewhere());
    const auto settings = Elsewhere() / "mosquitto.conf";
    std::string text = *ReadSmallFile(settings);
    const std::string here = (options_.folder / "broker").string();
    for (auto at = text.find(here); at != std::string::npos; at = text.find(here)) {
      text.replace(at, here.size(), Elsewhere().string());
    }
    ASSERT_TRUE(ReplaceFile(settings, text, kReadableByAll).ok());
    auto broker = BrokerProcess::StartAsIs(settings, port_, folder_.path() / "broker.log");
    ASSERT_TRUE(broker.ok()) << broker.status();
    broker_ = *std::move(broker);
  }
  void DeliverList() {
    std::filesystem::copy_file(options_.folder / "broker" / "crl.pem", Elsewhere() / "crl.pem",
                               std::filesystem::copy_options::overwrite_existing);
    ASSERT_EQ(kill(broker_->process().pid(), SIGHUP), 0);
  }
  void Steal(const std::string& id) {
    std::filesystem::copy(options_.folder / "device" / id, options_.folder / "device" / "stolen");
  }
  int Readmit(const std::vector<std::string>& ids) {
    std::istringstream nobody;
    return RunProvisionApply(options_, {.config = fleet_, .yes = true, .readmit = ids}, nobody,
                             out_, err_);
  }
  // Whether the broker takes what the folder's key publishes as a result of `id`.
  bool MayPublish(const std::string& folder, const std::string& id) {
    wire::MqttSession session(SessionOf("device", folder));
    session.Start();
    EXPECT_TRUE(session.WaitConnected(Soon())) << session.trouble();
    wire::Message message;
    message.topic = wire::Topics("biglittle/v1", "test").Result(id);
    message.payload = "{}";
    EXPECT_TRUE(session.Publish(std::move(message)).ok());
    EXPECT_EQ(session.Drain(Soon()), 0U);
    return session.counters().refused_by_broker == 0;
  }
  bool IsConfirmed() {
    Said();
    EXPECT_EQ(RunProvisionList(options_, false, out_, err_), kExitDone);
    return Said().find("not confirmed") == std::string::npos;
  }
};

TEST_F(GenerationsTest, AnOldKeyHasNoRightsThoughItsDeviceHasThemBack) {
  StartBrokerElsewhere();
  Steal("device-1");
  EXPECT_TRUE(MayPublish("stolen", "device-1"));
  WriteFleet("[device-2]");
  ASSERT_EQ(Apply(true), kExitDone);
  EXPECT_NE(Said().find("revocation list 2 not confirmed: 127.0.0.1:"), std::string::npos);
  EXPECT_FALSE(MayPublish("stolen", "device-1"));
  WriteFleet("[device-1, device-2]");
  ASSERT_EQ(Readmit({"device-1"}), kExitDone) << Said();
  EXPECT_FALSE(MayPublish("stolen", "device-1"));
  EXPECT_TRUE(MayPublish("device-1", "device-1"));
  EXPECT_TRUE(MayPublish("device-2", "device-2"));
}

TEST_F(GenerationsTest, AKeyThatWasRotatedAwayHasNoRightsEither) {
  StartBrokerElsewhere();
  Steal("device-1");
  ASSERT_EQ(RunProvisionRotate(options_, {.id = "device-1", .revoke_old = true}, out_, err_),
            kExitDone);
  EXPECT_NE(Said().find("not confirmed"), std::string::npos);
  EXPECT_FALSE(MayPublish("stolen", "device-1"));
  EXPECT_TRUE(MayPublish("device-1", "device-1"));
}

TEST_F(GenerationsTest, TheAdministratorsOldKeyHasNoRightsEither) {
  StartBrokerElsewhere();
  const auto admin = options_.folder / "admin";
  std::filesystem::copy(admin / "admin", admin / "stolen");
  const auto may_command = [this](const std::string& folder) {
    wire::MqttSession session(SessionOf("admin", folder));
    session.Start();
    EXPECT_TRUE(session.WaitConnected(Soon())) << session.trouble();
    wire::Message message;
    message.topic = "$CONTROL/dynamic-security/v1";
    message.payload = R"({"commands": [{"command": "listClients"}]})";
    EXPECT_TRUE(session.Publish(std::move(message)).ok());
    EXPECT_EQ(session.Drain(Soon()), 0U);
    return session.counters().refused_by_broker == 0;
  };
  EXPECT_TRUE(may_command("stolen"));
  ASSERT_EQ(RunProvisionRotate(options_, {.id = "admin", .revoke_old = true}, out_, err_),
            kExitDone)
      << Said();
  EXPECT_FALSE(may_command("stolen"));
  EXPECT_TRUE(may_command("admin"));
  ASSERT_EQ(RunProvisionAdd(options_, Role::kDevice, {"device-9"}, out_, err_), kExitDone);
  EXPECT_TRUE(MayPublish("device-9", "device-9"));
}

// Nobody can be told of a new name then: the one that the broker knows must do.
TEST_F(GenerationsTest, TheAdministratorIsStillKnownToABrokerThatDidNotRun) {
  std::filesystem::copy(options_.folder / "broker", folder_.path() / "of before");
  ASSERT_EQ(RunProvisionRotate(options_, {.id = "admin", .revoke_old = true}, out_, err_),
            kExitDone);
  std::filesystem::copy_file(folder_.path() / "of before" / "dynamic-security.json",
                             options_.folder / "broker" / "dynamic-security.json",
                             std::filesystem::copy_options::overwrite_existing);
  StartBrokerElsewhere();
  Said();
  EXPECT_EQ(RunProvisionSync(options_, out_, err_), kExitDone) << Said();
}

TEST_F(GenerationsTest, ARevokedIdIsRefusedUntilSomebodySaysOtherwise) {
  StartBroker();
  WriteFleet("[device-2]");
  ASSERT_EQ(Apply(true), kExitDone) << Said();
  WriteFleet("[device-1, device-2, device-3]");
  Said();
  EXPECT_EQ(Apply(true), kExitBadInput);
  EXPECT_NE(Said().find("--readmit device/device-1"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(options_.folder / "device" / "device-1"));
  EXPECT_FALSE(std::filesystem::exists(options_.folder / "device" / "device-3"));
  EXPECT_EQ(Readmit({"device-2"}), kExitBadInput) << "it says nothing of device-1";
  EXPECT_EQ(Readmit({"nobody"}), kExitBadInput);
  Said();
  ASSERT_EQ(Readmit({"device/device-1"}), kExitDone) << Said();
  EXPECT_TRUE(std::filesystem::exists(options_.folder / "device" / "device-1"));
  // Again: nothing to do, and nothing to say no to.
  EXPECT_EQ(Readmit({"device/device-1"}), kExitDone) << Said();
}

TEST_F(GenerationsTest, ReadmittingWhomTheFileDoesNotNameIsSaid) {
  WriteFleet("[device-2]");
  ASSERT_EQ(Apply(true), kExitDone) << Said();
  Said();
  EXPECT_EQ(Readmit({"device-1"}), kExitBadInput);
  EXPECT_NE(Said().find("the file names no device device-1"), std::string::npos);
}

TEST_F(GenerationsTest, TheListIsConfirmedOnceTheBrokerRefusesWhatItRevokes) {
  StartBrokerElsewhere();
  EXPECT_TRUE(IsConfirmed()) << "nobody was revoked";
  ASSERT_EQ(RunProvisionRevoke(options_, "device-1", out_, err_), kExitDone);
  EXPECT_NE(Said().find("not confirmed"), std::string::npos);
  EXPECT_FALSE(IsConfirmed());
  EXPECT_EQ(RunProvisionSync(options_, out_, err_), kExitDone);
  EXPECT_NE(Said().find("not confirmed"), std::string::npos);
  DeliverList();
  const SteadyTime deadline = Soon();
  while (!IsConfirmed() && steady_clock::now() < deadline) {
    EXPECT_EQ(RunProvisionSync(options_, out_, err_), kExitDone);
  }
  EXPECT_TRUE(IsConfirmed());
  // An older list that the broker has does not stand for the next one.
  ASSERT_EQ(RunProvisionRevoke(options_, "device-2", out_, err_), kExitDone);
  EXPECT_NE(Said().find("revocation list 3 not confirmed"), std::string::npos);
}

TEST_F(GenerationsTest, ABrokerOfThisMachineIsSeenToHaveTheListAtOnce) {
  StartBroker();
  ASSERT_EQ(RunProvisionRevoke(options_, "device-1", out_, err_), kExitDone);
  const std::string said = Said();
  EXPECT_EQ(said.find("not confirmed"), std::string::npos) << said;
  EXPECT_TRUE(IsConfirmed());
}

// As the program before wrote it.
void MakeVersionOne(const std::filesystem::path& inventory) {
  json root = json::parse(*ReadSmallFile(inventory));
  root["version"] = 1;
  for (const char* key :
       {"probe", "confirmed_list", "first_generation", "generations", "tombstones"}) {
    root.erase(key);
  }
  ASSERT_TRUE(ReplaceFile(inventory, root.dump(), kOwnerOnly).ok());
}

TEST_F(GenerationsTest, AFolderOfBeforeGoesOnWithTheNamesThatItHas) {
  StartBroker();
  ASSERT_EQ(RunProvisionRevoke(options_, "device-2", out_, err_), kExitDone) << Said();
  MakeVersionOne(options_.folder / "inventory.json");
  wire::MqttSession stays(SessionOf("device", "device-1"));
  stays.Start();
  ASSERT_TRUE(stays.WaitConnected(Soon()));
  // Whom that program had revoked is not known: whoever comes now might be one of them.
  ASSERT_EQ(Apply(true), kExitDone) << Said();
  EXPECT_TRUE(IsConfirmed());
  EXPECT_TRUE(stays.connected());
  EXPECT_EQ(stays.counters().connections_lost, 0U);
  EXPECT_TRUE(MayPublish("device-2", "device-2"));
  Said();
  ASSERT_EQ(RunProvisionList(options_, true, out_, err_), kExitDone);
  std::map<std::string, std::string> names;
  for (const json& entry : json::parse(out_.str())) names[entry.at("id")] = entry.at("name");
  EXPECT_EQ(names["device-1"], "device:device-1@test");
  EXPECT_EQ(names["device-2"], "device:device-2@test:2");
}

}  // namespace
}  // namespace biglittle
