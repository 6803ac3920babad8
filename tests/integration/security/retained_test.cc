// What is retained by those who are put out goes with them; what can be kept from being retained.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/security/secure_broker.h"

namespace biglittle {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

const Identity kWorker{Role::kWorker, "worker-1"};
const std::string kTopics = "biglittle/v1/test/";
const std::string kStatus1 = kTopics + "devices/pump-1/status";
const std::string kStatus2 = kTopics + "devices/pump-2/status";
const std::string kWorkerStatus = kTopics + "workers/worker-1/status";
constexpr int kNotAuthorized = 135;

class SecurityRetained : public testing::Test {
 protected:
  SecurityRetained() : broker_({.identities = {kPump1, kPump2, kWorker}}) {}

  void Retain(MqttClient& client, const std::string& topic, const std::string& payload = "online") {
    const auto reason = client.Publish({.topic = topic, .payload = payload, .retain = true});
    EXPECT_TRUE(reason == 0 || reason == kNoReader) << topic;
  }
  void Synchronise() {
    const auto news = broker_.provisioner().Synchronise();
    ASSERT_TRUE(news.ok()) << news.status();
  }
  // The fleet's topics that the broker retains something of; for an end, as it may be asked once.
  std::vector<std::string> Retained() {
    const auto witness = broker_.MakeWitness();
    EXPECT_TRUE(witness->Unsubscribe("nothing"));
    std::vector<std::string> topics;
    for (const MqttMessage& message : witness->Take()) {
      if (message.retain && message.topic.starts_with(kTopics)) topics.push_back(message.topic);
    }
    return topics;
  }

  SecureBroker broker_;
};

TEST_F(SecurityRetained, ARevokedDeviceIsOnlineNoMore) {
  auto options = broker_.OptionsFor(broker_.Of(kPump1));
  options.will = MqttMessage{.topic = kStatus1, .payload = "offline", .retain = true};
  MqttClient thief(options);
  MqttClient other(broker_.OptionsFor(broker_.Of(kPump2)));
  Retain(thief, kStatus1);
  Retain(thief, kTopics + "devices/pump-1/result", "made up");
  Retain(thief, kTopics + "devices/pump-1/escalate", "for each worker that comes");
  Retain(other, kStatus2);
  ASSERT_TRUE(broker_.provisioner().Revoke(kPump1).ok());
  Synchronise();
  EXPECT_TRUE(thief.AwaitEnd());
  EXPECT_TRUE(other.connected());
  EXPECT_THAT(Retained(), UnorderedElementsAre(kStatus2));
}

TEST_F(SecurityRetained, ARevokedWorkersRepliesGoWithIt) {
  MqttClient rogue(broker_.OptionsFor(broker_.Of(kWorker)));
  MqttClient device(broker_.OptionsFor(broker_.Of(kPump1)));
  Retain(rogue, kWorkerStatus);
  for (const char* id : {"pump-1", "pump-2"}) {
    Retain(rogue, kTopics + "devices/" + id + "/reply/worker-1", std::string(100'000, 'x'));
  }
  Retain(device, kStatus1);
  ASSERT_TRUE(broker_.provisioner().Revoke(kWorker).ok());
  Synchronise();
  EXPECT_THAT(Retained(), UnorderedElementsAre(kStatus1));
}

TEST_F(SecurityRetained, WhatTheBrokerWasNotAskedToForgetIsForgottenLater) {
  MqttClient thief(broker_.OptionsFor(broker_.Of(kPump1)));
  Retain(thief, kStatus1);
  ASSERT_TRUE(broker_.provisioner().Revoke(kPump1).ok());
  // Another command: the one that revoked was cut short.
  ASSERT_TRUE(broker_.provisioner().Add({Role::kDevice, "pump-3"}).ok());
  Synchronise();
  EXPECT_EQ(broker_.provisioner().inventory().untold, Untold());
  EXPECT_THAT(Retained(), IsEmpty());
}

TEST_F(SecurityRetained, PurgingLeavesTheStatusesOfThoseWhoAreThere) {
  MqttClient pump(broker_.OptionsFor(broker_.Of(kPump1)));
  MqttClient worker(broker_.OptionsFor(broker_.Of(kWorker)));
  const std::string result = kTopics + "devices/pump-1/result";
  const std::string reply = kTopics + "devices/pump-2/reply/worker-1";
  Retain(pump, kStatus1);
  Retain(pump, result);
  Retain(worker, kWorkerStatus);
  Retain(worker, reply);
  const Provisioner& provisioner = broker_.provisioner();
  const auto all = PurgeOfAll(provisioner.inventory());
  const auto would = provisioner.Purge(all, true);
  ASSERT_TRUE(would.ok()) << would.status();
  EXPECT_THAT(*would, UnorderedElementsAre(result, reply));
  const auto one = provisioner.Purge(PurgeOf({kPump1}, provisioner.inventory()), false);
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_THAT(*one, UnorderedElementsAre(kStatus1, result));
  const auto rest = provisioner.Purge(all, false);
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_THAT(*rest, UnorderedElementsAre(reply));
  EXPECT_TRUE(pump.connected() && worker.connected());
  EXPECT_THAT(Retained(), UnorderedElementsAre(kWorkerStatus));
}

// More than any broker need queue for one client.
TEST_F(SecurityRetained, AFullBrokerIsPurgedInRounds) {
  MqttClient rogue(broker_.OptionsFor(broker_.Of(kPump1)));
  const auto witness = broker_.MakeWitness();
  constexpr int kTopicsInAll = 40;
  for (int i = 0; i < kTopicsInAll; ++i) {
    Retain(*witness, kTopics + "devices/" + std::to_string(i) + "/reply/worker-1",
           std::string(500'000, 'x'));
  }
  const Provisioner& provisioner = broker_.provisioner();
  const auto purged = provisioner.Purge(PurgeOfAll(provisioner.inventory()), false);
  ASSERT_TRUE(purged.ok()) << purged.status();
  EXPECT_EQ(purged->size(), kTopicsInAll);
  const auto again = provisioner.Purge(PurgeOfAll(provisioner.inventory()), true);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(*again, IsEmpty());
}

// Who purges has rights for as long as that takes.
TEST_F(SecurityRetained, NobodyIsLeftBehindWhoMayPurge) {
  const auto order = PurgeOfAll(broker_.provisioner().inventory());
  ASSERT_TRUE(broker_.provisioner().Purge(order, false).ok());
  EXPECT_FALSE(std::filesystem::exists(broker_.folder() / "authority" / "purge"));
  MqttClient thief(broker_.OptionsFor(broker_.Issue("admin:purge@test")));
  EXPECT_EQ(thief.Publish({.topic = kStatus1, .payload = "x"}), kNotAuthorized);
  EXPECT_EQ(thief.Subscribe(kTopics + "#"), kNotAuthorized);
}

TEST_F(SecurityRetained, AWorkerWritesToNoDeviceThatIsNotThere) {
  MqttClient worker(broker_.OptionsFor(broker_.Of(kWorker)));
  const auto write = [&](const std::string& id) {
    return worker.Publish({.topic = kTopics + "devices/" + id + "/reply/worker-1", .payload = "x"});
  };
  EXPECT_EQ(write("pump-1"), kNoReader);
  EXPECT_EQ(write("pump-3"), kNotAuthorized);
  ASSERT_TRUE(broker_.provisioner().Add({Role::kDevice, "pump-3"}).ok());
  Synchronise();
  EXPECT_EQ(write("pump-3"), kNoReader);
  ASSERT_TRUE(broker_.provisioner().Revoke(kPump1).ok());
  Synchronise();
  EXPECT_EQ(write("pump-1"), kNotAuthorized);
  EXPECT_TRUE(worker.connected()) << "its rights changed under it";
}

// Home Assistant's topics are not the fleet's alone.
class SecurityEntries : public testing::Test {
 protected:
  SecurityEntries() { ShowIn(HomeAssistantNames{"ha", "ha/status", false}); }

  void ShowIn(const std::optional<HomeAssistantNames>& names) {
    ASSERT_TRUE(broker_.provisioner().ShowIn(names).ok());
    const auto news = broker_.provisioner().Synchronise();
    ASSERT_TRUE(news.ok()) << news.status();
  }
  static std::string EntryOf(const std::string& device, const std::string& prefix = "ha") {
    return prefix + "/device/biglittle_test__" + device + "/config";
  }
  void Show(const Identity& device, const std::string& prefix = "ha") {
    MqttClient client(broker_.OptionsFor(broker_.Of(device)));
    const auto reason =
        client.Publish({.topic = EntryOf(device.id, prefix), .payload = "{}", .retain = true});
    EXPECT_TRUE(reason == 0 || reason == kNoReader) << device.id;
  }
  std::vector<std::string> Entries() {
    constexpr char kAll[] = "+/device/+/config";
    witness_->Take();
    EXPECT_EQ(witness_->Subscribe(kAll), 1);
    EXPECT_TRUE(witness_->Unsubscribe(kAll));
    std::vector<std::string> topics;
    for (const MqttMessage& message : witness_->Take()) {
      if (message.retain) topics.push_back(message.topic);
    }
    return topics;
  }
  void ShowLamp() { witness_->Publish({.topic = kLamp, .payload = "{}", .retain = true}); }

  const std::string kLamp = "ha/device/lamp/config";
  SecureBroker broker_{{.identities = {kPump1, kPump2}}};
  const std::unique_ptr<MqttClient> witness_ = broker_.MakeWitness();
};

TEST_F(SecurityEntries, WhoIsRevokedIsThereNoMore) {
  ShowLamp();
  Show(kPump1);
  Show(kPump2);
  ASSERT_TRUE(broker_.provisioner().Revoke(kPump1).ok());
  ASSERT_TRUE(broker_.provisioner().Synchronise().ok());
  EXPECT_THAT(Entries(), UnorderedElementsAre(kLamp, EntryOf("pump-2")));
}

TEST_F(SecurityEntries, AFleetThatShowsItselfNoMoreIsGone) {
  ShowLamp();
  Show(kPump1);
  Show(kPump2);
  ShowIn(std::nullopt);
  EXPECT_THAT(Entries(), UnorderedElementsAre(kLamp));
  EXPECT_EQ(broker_.provisioner().inventory().untold, Untold());
  MqttClient pump(broker_.OptionsFor(broker_.Of(kPump1)));
  EXPECT_EQ(pump.Publish({.topic = EntryOf("pump-1"), .payload = "{}"}), kNotAuthorized);
}

TEST_F(SecurityEntries, UnderAnotherPrefixItIsThereAlone) {
  Show(kPump1);
  ShowIn(HomeAssistantNames{"house", "house/status", false});
  EXPECT_THAT(Entries(), IsEmpty());
  Show(kPump1, "house");
  ASSERT_TRUE(broker_.provisioner().Synchronise().ok());
  EXPECT_THAT(Entries(), UnorderedElementsAre(EntryOf("pump-1", "house")));
  const auto purged =
      broker_.provisioner().Purge(PurgeOfAll(broker_.provisioner().inventory()), false);
  ASSERT_TRUE(purged.ok()) << purged.status();
  EXPECT_THAT(*purged, IsEmpty());
}

}  // namespace
}  // namespace biglittle
