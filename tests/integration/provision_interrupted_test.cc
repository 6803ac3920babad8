// What is left when a provisioning command is cut short or fails halfway, and what the next one
// makes of it: a revocation is never forgotten, and no certificate works that the folder does not
// know.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <thread>

#include <nlohmann/json.hpp>

#include "cli/provision/broker_reload.h"
#include "cli/provision/private_files.h"
#include "cli/provision/provisioner.h"
#include "core/program/exit_code.h"
#include "tests/integration/provision_fixture.h"

namespace biglittle {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLongForAConnection{1500};

class InterruptedTest : public ProvisionTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(Init(), kExitDone) << Said();
    ASSERT_EQ(Apply(), kExitDone) << Said();
    StartBroker();
  }

  bool IsSoonGone(const wire::MqttSession& session) {
    const SteadyTime deadline = Soon();
    while (session.connected() && steady_clock::now() < deadline) {
      std::this_thread::sleep_for(Milliseconds(5));
    }
    return !session.connected();
  }
  bool IsLetIn(const std::string& role, const std::string& id, std::chrono::milliseconds time) {
    wire::MqttSession session(SessionOf(role, id));
    session.Start();
    return session.WaitConnected(steady_clock::now() + time);
  }
  // As if the disk were full: no file can be written in its place.
  std::filesystem::path Obstruct(const std::filesystem::path& file) const {
    std::filesystem::create_directories(file.string() + ".new/inside");
    return file.string() + ".new";
  }
  json Listed() {
    Said();
    EXPECT_EQ(RunProvisionList(options_, true, out_, err_), kExitDone) << Said();
    return json::parse(out_.str());
  }
};

TEST_F(InterruptedTest, ARevokedKeyIsShutOutByTheNextCommand) {
  std::filesystem::copy(options_.folder / "device" / "device-1",
                        options_.folder / "device" / "stolen");
  wire::MqttSession thief(SessionOf("device", "stolen"));
  thief.Start();
  ASSERT_TRUE(thief.WaitConnected(Soon()));
  const auto list = options_.folder / "broker" / "crl.pem";
  const std::string old = *ReadSmallFile(list);
  {
    auto killed = Provisioner::Open(options_.folder);
    ASSERT_TRUE(killed.ok());
    ASSERT_TRUE(killed->Rotate({Role::kDevice, "device-1"}, kCertificateValid, true).ok());
  }
  ASSERT_TRUE(ReplaceFile(list, old, kReadableByAll).ok());  // not that far
  EXPECT_TRUE(thief.connected());
  ASSERT_EQ(RunProvisionAdd(options_, Role::kDevice, {"device-9"}, out_, err_), kExitDone)
      << Said();
  EXPECT_TRUE(IsSoonGone(thief));
  EXPECT_FALSE(IsLetIn("device", "stolen", kLongForAConnection));
  EXPECT_TRUE(IsLetIn("device", "device-1", std::chrono::seconds(20)));
  // Told once: whoever is connected stays so.
  Said();
  ASSERT_EQ(RunProvisionAdd(options_, Role::kDevice, {"device-10"}, out_, err_), kExitDone);
  EXPECT_EQ(json::parse(*ReadSmallFile(options_.folder / "inventory.json")).at("untold"),
            json::parse(
                R"({"certificates": false, "entries": [], "passwords": [], "retained": [],
                    "sessions": []})"));
}

// A refused connection says nothing of a broker on another machine, nor does one that an attacker
// refuses in its place.
TEST_F(InterruptedTest, WhereNobodyAnsweredTheBrokerIsToldOnceItDoes) {
  broker_.reset();
  ASSERT_EQ(RunProvisionRotate(options_, {.id = "device-1", .revoke_old = true}, out_, err_),
            kExitDone);
  EXPECT_NE(Said().find("nobody answers at"), std::string::npos);
  ASSERT_EQ(RunProvisionList(options_, false, out_, err_), kExitDone);
  EXPECT_NE(Said().find("has not been told of all"), std::string::npos);
  StartBroker();
  ASSERT_EQ(RunProvisionAdd(options_, Role::kDevice, {"device-9"}, out_, err_), kExitDone);
  Said();
  ASSERT_EQ(RunProvisionList(options_, false, out_, err_), kExitDone);
  EXPECT_EQ(Said().find("has not been told of all"), std::string::npos);
}

TEST_F(InterruptedTest, ARevocationDoesNotDependOnAnothersFolder) {
  wire::MqttSession goes(SessionOf("device", "device-2"));
  goes.Start();
  ASSERT_TRUE(goes.WaitConnected(Soon()));
  const auto obstacle = Obstruct(options_.folder / "device" / "device-1" / "ca.pem");
  EXPECT_EQ(RunProvisionRevoke(options_, "device-2", out_, err_), kExitFailed);
  EXPECT_NE(Said().find("device-1/ca.pem cannot be written"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(options_.folder / "device" / "device-2"));
  EXPECT_TRUE(IsSoonGone(goes));
  std::filesystem::remove_all(obstacle);
  EXPECT_EQ(RunProvisionSync(options_, out_, err_), kExitDone) << Said();
}

TEST_F(InterruptedTest, ACertificateThatCouldNotBeWrittenIsKnownAndMadeAnew) {
  const auto obstacle = Obstruct(options_.folder / "device" / "device-9" / "client.crt");
  EXPECT_EQ(RunProvisionAdd(options_, Role::kDevice, {"device-9"}, out_, err_), kExitFailed);
  std::filesystem::remove_all(obstacle);
  ASSERT_EQ(RunProvisionAdd(options_, Role::kDevice, {"device-9"}, out_, err_), kExitDone)
      << Said();
  EXPECT_TRUE(IsLetIn("device", "device-9", std::chrono::seconds(20)));
  for (const json& entry : Listed()) {
    EXPECT_EQ(entry.at("certificates"), entry.at("id") == "device-9" ? 2 : 1) << entry;
  }
}

TEST_F(InterruptedTest, APasswordThatTheBrokerWasNotToldIsToldLater) {
  {
    auto killed = Provisioner::Open(options_.folder);
    ASSERT_TRUE(killed.ok() && killed->Add({Role::kDashboard, "screen"}).ok());
  }
  ASSERT_EQ(RunProvisionSync(options_, out_, err_), kExitDone) << Said();
  const json root =
      json::parse(*ReadSmallFile(options_.folder / "broker" / "dynamic-security.json"));
  bool has_password = false;
  for (const json& client : root.at("clients")) {
    if (client.at("username") == "dashboard:screen@test") has_password = client.contains("salt");
  }
  EXPECT_TRUE(has_password);
}

TEST_F(InterruptedTest, AProcessThatOnlyLooksLikeTheBrokerIsNotTakenForIt) {
  if (geteuid() != 0) GTEST_SKIP() << "needs another user";
  broker_.reset();
  const std::string settings = options_.folder / "broker" / "mosquitto.conf";
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  int input[2];
  ASSERT_EQ(pipe(input), 0);
  const pid_t impostor = fork();
  if (impostor == 0) {
    dup2(input[0], STDIN_FILENO);
    if (setuid(65534) == 0) {
      // Waits for commands that never come.
      execl("/bin/sh", "mosquitto", "-s", "--", "-c", settings.c_str(), nullptr);
    }
    _exit(1);
  }
  std::this_thread::sleep_for(Milliseconds(200));
  EXPECT_FALSE(ReloadBroker(settings, "root"));
  EXPECT_EQ(waitpid(impostor, nullptr, WNOHANG), 0);
  kill(impostor, SIGKILL);
  waitpid(impostor, nullptr, 0);
  close(input[0]);
  close(input[1]);
}

TEST_F(ProvisionTest, AnInitThatWasRefusedIsCorrectedByAnother) {
  const std::string user = getpwuid(geteuid())->pw_name;
  EXPECT_EQ(
      RunProvisionInit(options_, {.config = fleet_, .hosts = {"a b"}, .user = user}, out_, err_),
      kExitBadInput);
  EXPECT_EQ(RunProvisionInit(options_, {.config = fleet_, .user = "no user"}, out_, err_),
            kExitBadInput);
  Said();
  EXPECT_EQ(Init(), kExitDone) << Said();
}

}  // namespace
}  // namespace biglittle
