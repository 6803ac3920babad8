// `biglittle provision` against a real Mosquitto with the production configuration: what its
// commands do to a broker that runs, to one that does not, and to one that is lost.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>
#include <thread>

#include <nlohmann/json.hpp>

#include "cli/provision/private_files.h"
#include "cli/provision/provisioner.h"
#include "core/fleet/fleet_file.h"
#include "core/program/exit_code.h"
#include "core/signature.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "device_agent/sources/source_registry.h"
#include "tests/integration/provision_fixture.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;

TEST_F(ProvisionTest, AFleetFileBecomesAFleetThatCanConnect) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  ASSERT_EQ(Apply(), kExitDone);
  EXPECT_NE(Said().find("+ device device-2"), std::string::npos);
  StartBroker();
  wire::MqttSession device(SessionOf("device", "device-1"));
  device.Start();
  EXPECT_TRUE(device.WaitConnected(Soon()));
  ASSERT_EQ(Apply(), kExitDone);
  const std::string again = Said();
  EXPECT_NE(again.find("the broker is up to date"), std::string::npos) << again;
  EXPECT_EQ(again.find('+'), std::string::npos) << again;
}

TEST_F(ProvisionTest, TheBrokersSettingsFitTheFleet) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  const auto settings = options_.folder / "broker" / "mosquitto.conf";
  // Far less than the megabyte that a payload may have: the task's readings are small.
  EXPECT_NE(ReadSmallFile(settings)->find("\nmax_packet_size 65536\n"), std::string::npos);
  EXPECT_NE(ReadSmallFile(settings)->find(fmt::format("\nlistener {} 127.0.0.1\n", admin_port_)),
            std::string::npos);
  // A site's devices are not known here, nor how much they send.
  ASSERT_EQ(RunProvisionAdd(options_, Role::kBridge, {"site-1"}, out_, err_), kExitDone);
  ASSERT_EQ(Apply(), kExitDone) << Said();
  EXPECT_NE(ReadSmallFile(settings)->find("\nmax_packet_size 1052672\n"), std::string::npos);
}

// Without a listener of its own the administrator goes in by the one for all, as folders of before.
TEST_F(ProvisionTest, TheAdministratorsListenerCanBeHadLater) {
  ASSERT_EQ(RunProvisionInit(options_,
                             {.config = fleet_,
                              .admin_port = 0,
                              .bind_address = "127.0.0.1",
                              .user = getpwuid(geteuid())->pw_name},
                             out_, err_),
            kExitDone)
      << Said();
  StartBroker();
  ASSERT_EQ(Apply(), kExitDone);
  EXPECT_NE(Said().find("the broker has taken the change"), std::string::npos);
  EXPECT_EQ(RunProvisionRotate(options_, {.id = "device-1", .admin_port = admin_port_}, out_, err_),
            kExitBadInput);
  ASSERT_EQ(RunProvisionRotate(options_, {.id = "broker", .admin_port = admin_port_}, out_, err_),
            kExitDone)
      << Said();
  ASSERT_EQ(Apply(), kExitDone) << Said();
  broker_.reset();
  StartBroker();
  ASSERT_EQ(RunProvisionAdd(options_, Role::kDevice, {"device-9"}, out_, err_), kExitDone);
  const std::string log = TailOfFile(folder_.path() / "broker.log", 1000);
  EXPECT_NE(log.find(fmt::format("on port {}.", admin_port_)), std::string::npos) << log;
}

TEST_F(ProvisionTest, EachWorkerOfATemplateIsSomebodyOfItsOwn) {
  WriteFleet("[device-1]", "{id: 'worker-{n}', count: 2, tasks: [tiny]}");
  ASSERT_EQ(Init(), kExitDone) << Said();
  ASSERT_EQ(Apply(), kExitDone) << Said();
  StartBroker();
  wire::MqttSession one(SessionOf("worker", "worker-1"));
  wire::MqttSession two(SessionOf("worker", "worker-2"));
  one.Start();
  two.Start();
  EXPECT_TRUE(one.WaitConnected(Soon()) && two.WaitConnected(Soon()));
  EXPECT_TRUE(one.connected());
  EXPECT_EQ(one.counters().connections_lost, 0U);
}

TEST_F(ProvisionTest, WhoIsAddedWhileTheBrokerRunsIsLetInAtOnce) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  StartBroker();
  ASSERT_EQ(RunProvisionAdd(options_, Role::kDevice, {"device-9"}, out_, err_), kExitDone)
      << Said();
  const wire::Topics topics("biglittle/v1", "test");
  wire::MqttSession::Options options = SessionOf("device", "device-9");
  options.subscriptions = {topics.Replies("device-9")};
  wire::MqttSession device(options);
  device.Start();
  EXPECT_TRUE(device.WaitConnected(Soon()));
  EXPECT_EQ(RunProvisionAdd(options_, Role::kDevice, {"device-9"}, out_, err_), kExitBadInput);
  EXPECT_NE(Said().find("is there already"), std::string::npos);
}

TEST_F(ProvisionTest, WhomTheFileNoLongerNamesIsRevokedButOnlyWithConsent) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  ASSERT_EQ(Apply(), kExitDone) << Said();
  StartBroker();
  wire::MqttSession stays(SessionOf("device", "device-1"));
  wire::MqttSession goes(SessionOf("device", "device-2"));
  stays.Start();
  goes.Start();
  ASSERT_TRUE(stays.WaitConnected(Soon()) && goes.WaitConnected(Soon()));
  WriteFleet("[device-1]");
  ASSERT_EQ(Apply(), kExitBadInput);
  EXPECT_NE(Said().find("--yes"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(options_.folder / "device" / "device-2" / "client.key"));
  ASSERT_EQ(Apply(true), kExitDone) << Said();
  EXPECT_FALSE(std::filesystem::exists(options_.folder / "device" / "device-2"));
  const SteadyTime deadline = Soon();
  while (goes.connected() && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(Milliseconds(5));
  }
  EXPECT_FALSE(goes.connected());
  EXPECT_TRUE(stays.connected());
  EXPECT_EQ(stays.counters().connections_lost, 0U);
}

TEST_F(ProvisionTest, WhereDevicesShowThemselvesFollowsTheFile) {
  ASSERT_EQ(Init(), 0) << Said();
  ASSERT_EQ(Apply(), 0) << Said();
  StartBroker();
  Said();
  fleet_keys_ = "home_assistant: {prefix: ha, steering: true}\n";
  WriteFleet("[device-1, device-2]");
  EXPECT_EQ(Apply(), 0);
  EXPECT_THAT(Said(), AllOf(HasSubstr("~ devices show themselves in Home Assistant below ha, which "
                                      "may steer them"),
                            HasSubstr("the broker has taken the change")));
  EXPECT_EQ(Apply(), 0);
  EXPECT_THAT(Said(), AllOf(HasSubstr("the folder says what the file says"),
                            HasSubstr("the broker is up to date")));
  EXPECT_EQ(RunProvisionAdd(options_, Role::kHomeAssistant, {"house"}, out_, err_), 0) << Said();
  EXPECT_TRUE(std::filesystem::exists(options_.folder / "home-assistant/house/password"));
  Said();
  fleet_keys_.clear();
  WriteFleet("[device-1, device-2]");
  EXPECT_EQ(Apply(), 0);
  EXPECT_THAT(Said(), AllOf(HasSubstr("~ devices show themselves in Home Assistant no more"),
                            HasSubstr("the broker has taken the change")));
}

TEST_F(ProvisionTest, TheBrokersOwnCertificateCanBeReplacedUnderLoad) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  ASSERT_EQ(Apply(), kExitDone) << Said();
  StartBroker();
  wire::MqttSession device(SessionOf("device", "device-1"));
  device.Start();
  ASSERT_TRUE(device.WaitConnected(Soon()));
  ASSERT_EQ(RunProvisionRotate(options_, {.id = "broker", .revoke_old = true}, out_, err_),
            kExitDone)
      << Said();
  const std::string said = Said();
  EXPECT_EQ(said.find("not confirmed"), std::string::npos) << said;
  EXPECT_TRUE(device.connected());
  // Whoever connects now sees the new one and does not know the old one any more.
  wire::MqttSession other(SessionOf("device", "device-2"));
  other.Start();
  EXPECT_TRUE(other.WaitConnected(Soon()));
  ASSERT_EQ(RunProvisionSync(options_, out_, err_), kExitDone) << Said();
}

TEST_F(ProvisionTest, ABrokerThatLostItsRightsGetsThemBack) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  ASSERT_EQ(Apply(), kExitDone) << Said();
  const auto file = options_.folder / "broker" / "dynamic-security.json";
  json root = json::parse(*ReadSmallFile(file));
  // All but the administrator, who is needed for the way back.
  const auto keep = [](const json& list, const char* key) {
    json kept = json::array();
    for (const json& entry : list) {
      if (entry.at(key) == "admin:admin@test") kept.push_back(entry);
    }
    return kept;
  };
  root["clients"] = keep(root["clients"], "username");
  root["roles"] = keep(root["roles"], "rolename");
  ASSERT_TRUE(ReplaceFile(file, root.dump(), kOwnerOnly).ok());
  StartBroker();
  ASSERT_EQ(RunProvisionSync(options_, out_, err_), kExitDone);
  EXPECT_NE(Said().find("has taken the change"), std::string::npos);
  wire::MqttSession::Options options = SessionOf("worker", "worker-1");
  options.subscriptions = {wire::Topics("biglittle/v1", "test").SharedEscalate("workers")};
  wire::MqttSession worker(options);
  worker.Start();
  EXPECT_TRUE(worker.WaitConnected(Soon()));
}

TEST_F(ProvisionTest, ABrokerThatRunsAndCannotBeReachedIsSaid) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  // Somebody who takes connections and speaks no TLS.
  auto plain = BrokerProcess::Start({.configuration = std::filesystem::path(BIGLITTLE_SOURCE_DIR) /
                                                      "broker_config" / "development.conf",
                                     .folder = folder_.path(),
                                     .port = port_});
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(RunProvisionAdd(options_, Role::kDevice, {"device-9"}, out_, err_), kExitFailed);
  const std::string said = Said();
  EXPECT_NE(said.find("the broker was not told"), std::string::npos) << said;
  EXPECT_NE(said.find("provision sync"), std::string::npos) << said;
}

TEST_F(ProvisionTest, ADeviceGetsWhatItNeedsAndNothingMore) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  ASSERT_EQ(Apply(), kExitDone) << Said();
  std::set<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(options_.folder / "device" / "device-1")) {
    names.insert(entry.path().filename());
    const std::string text = *ReadSmallFile(entry.path());
    const bool has_key = text.find("PRIVATE KEY") != std::string::npos;
    EXPECT_EQ(has_key, entry.path().filename() == "client.key") << entry.path();
  }
  EXPECT_EQ(names, (std::set<std::string>{"ca.pem", "client.crt", "client.key", "models.pub"}));
  // Nothing secret was ever open, nor said.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string text = *ReadSmallFile(entry.path());
    if (text.find("PRIVATE KEY") == std::string::npos) continue;
    struct stat about {};
    ASSERT_EQ(stat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0077U, 0U) << entry.path();
  }
  EXPECT_EQ(Said().find("PRIVATE"), std::string::npos);
}

TEST_F(ProvisionTest, ASignedTaskIsTakenAndAChangedOneIsNot) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  const auto task = folder_.path() / "models" / "tiny";
  std::filesystem::create_directories(task.parent_path());
  std::filesystem::copy(TestDataFolder() / "tiny", task);
  ASSERT_EQ(RunProvisionSignModels(options_, {task}, out_, err_), kExitDone) << Said();
  const auto key = PublicKey::Load(options_.folder / "models.pub");
  ASSERT_TRUE(key.ok()) << key.status();
  const std::string text = *ReadSmallFile(task / "task.yaml");
  EXPECT_TRUE(key->VerifyFile(task / "task.yaml", text).ok());
  EXPECT_FALSE(key->VerifyFile(task / "task.yaml", text + " ").ok());
  // A task whose nets are not those that it names is not signed.
  std::filesystem::copy_file(task / "little.onnx", task / "big.onnx",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(RunProvisionSignModels(options_, {task}, out_, err_), kExitBadInput);
}

// A key that `init` makes need not be there for it, nor for the commands after it.
TEST_F(ProvisionTest, AFleetOfSignedModelsIsProvisionedBeforeItsKeyIsThere) {
  const auto models = folder_.path() / "models";
  std::filesystem::create_directories(models);
  std::filesystem::copy(TestDataFolder() / "tiny", models / "tiny");
  std::string text = *ReadSmallFile(fleet_);
  text.replace(text.find("models: "),
               text.find('\n', text.find("models: ")) - text.find("models: "),
               "models: models\nmodels_public_key: secure/models.pub");
  folder_.Write("fleet.yaml", text);
  EXPECT_FALSE(LoadFleet(fleet_, &AllSources()).ok());
  ASSERT_EQ(Init(), kExitDone) << Said();
  ASSERT_EQ(Apply(), kExitDone) << Said();
  const auto fleet = LoadFleet(fleet_, &AllSources());
  ASSERT_TRUE(fleet.ok()) << ToString(fleet.problems);
  EXPECT_FALSE(LoadSignedTask(models / "tiny", fleet.value->models_public_key).ok());
  ASSERT_EQ(RunProvisionSignModels(options_, {models / "tiny"}, out_, err_), kExitDone) << Said();
  EXPECT_TRUE(LoadSignedTask(models / "tiny", fleet.value->models_public_key).ok());
}

// As the commands that gave them left the folder, some days later.
class ExpiringTest : public ProvisionTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(Init(), kExitDone) << Said();
    auto provisioner = Provisioner::Open(options_.folder);
    ASSERT_TRUE(provisioner.ok());
    const auto add = [&](Role role, const char* id, int days) {
      ASSERT_TRUE(provisioner->Add({role, id}, std::chrono::days(days)).ok());
    };
    add(Role::kDevice, "ended", -1);
    add(Role::kWorker, "soon", 30);
    add(Role::kDevice, "later", 90);
  }
  std::string List(int code, bool as_json = false) {
    Said();
    EXPECT_EQ(RunProvisionList(options_, as_json, out_, err_), code);
    return Said();
  }
  int RotateExpiring(int days) {
    Said();
    return RunProvisionRotate(options_, {.expiring = days}, out_, err_);
  }
};

TEST_F(ExpiringTest, WhatHasRunOutIsSaidAndRotated) {
  EXPECT_NE(List(kExitFailed).find("certificate of device/ended has run out"), std::string::npos);
  EXPECT_EQ(RunProvisionList(options_, true, out_, err_), kExitFailed);
  EXPECT_TRUE(json::accept(out_.str()));
  EXPECT_NE(err_.str().find("device/ended"), std::string::npos);
  ASSERT_EQ(RotateExpiring(0), kExitDone) << Said();
  const std::string said = Said();
  EXPECT_NE(said.find("device/ended has a new key"), std::string::npos) << said;
  EXPECT_EQ(said.find("worker/soon"), std::string::npos) << said;
  EXPECT_EQ(List(kExitDone).find("run out"), std::string::npos);
}

TEST_F(ExpiringTest, AllThatEndWithinTheDaysAreRotatedAndNobodyElse) {
  ASSERT_EQ(RotateExpiring(60), kExitDone) << Said();
  const std::string said = Said();
  EXPECT_NE(said.find("device/ended has a new key"), std::string::npos) << said;
  EXPECT_NE(said.find("worker/soon has a new key"), std::string::npos) << said;
  for (const char* other : {"later", "broker has", "admin"}) {
    EXPECT_EQ(said.find(other), std::string::npos) << said;
  }
  ASSERT_EQ(RotateExpiring(60), kExitDone);
  EXPECT_NE(Said().find("no certificate ends within 60 days"), std::string::npos);
  // The broker's own and the administrator's, too.
  ASSERT_EQ(RotateExpiring(800), kExitDone) << Said();
  const std::string all = Said();
  EXPECT_NE(all.find("broker has a new key"), std::string::npos) << all;
  EXPECT_NE(all.find("admin/admin has a new key"), std::string::npos) << all;
}

TEST_F(ExpiringTest, WhomToRotateMustBeSaidInOneWay) {
  EXPECT_EQ(RunProvisionRotate(options_, {}, out_, err_), kExitBadInput);
  EXPECT_EQ(RunProvisionRotate(options_, {.id = "soon", .expiring = 3}, out_, err_), kExitBadInput);
  EXPECT_EQ(RotateExpiring(-1), kExitBadInput);
}

TEST_F(ProvisionTest, WhatCannotBeDoneIsOneLine) {
  EXPECT_EQ(RunProvisionList(options_, false, out_, err_), kExitBadInput);
  EXPECT_NE(Said().find("is no provisioning folder"), std::string::npos);
  ASSERT_EQ(Init(), kExitDone) << Said();
  Said();
  EXPECT_EQ(Init(), kExitBadInput);
  EXPECT_NE(Said().find("holds a fleet already"), std::string::npos);
  EXPECT_EQ(RunProvisionRevoke(options_, "nobody", out_, err_), kExitBadInput);
  EXPECT_NE(Said().find("nobody is called 'nobody'"), std::string::npos);
  EXPECT_EQ(RunProvisionSync(options_, out_, err_), kExitDone);
  EXPECT_NE(Said().find("nobody answers at"), std::string::npos);
  EXPECT_EQ(RunProvisionAdd(options_, Role::kDevice, {"broker"}, out_, err_), kExitDone);
  Said();
  EXPECT_EQ(RunProvisionRotate(options_, {.id = "broker"}, out_, err_), kExitDone);
  EXPECT_NE(Said().find("the broker has a new key"), std::string::npos);
  EXPECT_EQ(RunProvisionAdd(options_, Role::kDevice, {"../x"}, out_, err_), kExitBadInput);
  EXPECT_NE(Said().find("is no id"), std::string::npos);
  ProvisionOptions days = options_;
  days.days = 0;
  EXPECT_EQ(RunProvisionAdd(days, Role::kDevice, {"x"}, out_, err_), kExitBadInput);
  EXPECT_NE(Said().find("--days"), std::string::npos);
  const FolderLock lock = FolderLock::Take(options_.folder).value();
  EXPECT_EQ(RunProvisionAdd(options_, Role::kDevice, {"x"}, out_, err_), kExitFailed);
  EXPECT_NE(Said().find("another command"), std::string::npos);
}

TEST_F(ProvisionTest, WhatIsRetainedIsNamedAndPurged) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  ASSERT_EQ(Apply(), kExitDone) << Said();
  EXPECT_EQ(RunProvisionPurge(options_, {}, out_, err_), kExitFailed) << "nobody answers";
  StartBroker();
  const std::string result = wire::Topics("biglittle/v1", "test").Result("device-1");
  wire::MqttSession device(SessionOf("device", "device-1"));
  device.Start();
  ASSERT_TRUE(device.WaitConnected(Soon()));
  wire::Message message;
  message.topic = result;
  message.payload = "{}";
  message.retained = true;
  ASSERT_TRUE(device.Publish(message).ok());
  ASSERT_EQ(device.Drain(Soon()), 0U);
  Said();
  EXPECT_EQ(RunProvisionPurge(options_, {.id = "nobody"}, out_, err_), kExitBadInput);
  EXPECT_NE(Said().find("nobody is called 'nobody'"), std::string::npos);
  EXPECT_EQ(RunProvisionPurge(options_, {.id = "device-1", .dry_run = true}, out_, err_),
            kExitDone);
  EXPECT_EQ(Said(), result + "\n1 retained messages would go\n");
  // Of one who is no longer there, too; revoking has purged it already.
  ASSERT_EQ(RunProvisionRevoke(options_, "device-1", out_, err_), kExitDone);
  EXPECT_NE(Said().find("it retained 1 messages of those who were revoked"), std::string::npos);
  EXPECT_EQ(RunProvisionPurge(options_, {.id = "device-1"}, out_, err_), kExitDone);
  EXPECT_EQ(Said(), "0 retained messages purged\n");
}

TEST_F(ProvisionTest, ADamagedInventoryIsSaidAndKept) {
  ASSERT_EQ(Init(), kExitDone) << Said();
  const auto file = options_.folder / "inventory.json";
  ASSERT_TRUE(ReplaceFile(file, "{}", kOwnerOnly).ok());
  EXPECT_EQ(RunProvisionAdd(options_, Role::kDevice, {"x"}, out_, err_), kExitBadInput);
  EXPECT_NE(Said().find("inventory.json"), std::string::npos);
  EXPECT_EQ(*ReadSmallFile(file), "{}");
}

}  // namespace
}  // namespace biglittle
