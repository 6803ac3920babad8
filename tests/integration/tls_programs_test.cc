// The programs with TLS: a whole fleet, and starts that cannot work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "cli/child_process.h"
#include "cli/installation.h"

#include "tests/fakes/test_fleet.h"
#include "tests/fakes/tls_broker.h"

namespace biglittle {
namespace {

using std::filesystem::perms;
using testing::HasSubstr;

class TlsProgramsTest : public testing::Test {
 protected:
  TlsProgramsTest()
      : broker_(authority_),
        fleet_(broker_.port(),
               {.readings = 200,
                .broker_keys = "tls: {credentials: '" + secure().string() + "/{role}/{id}'}, "}) {
    authority_.Enrol(Folder("device", "device-1"), {.name = "device-1"});
    authority_.Enrol(Folder("worker", "worker-1"), {.name = "worker-1"});
    authority_.Enrol(Folder("dashboard", "test"), {.name = "test"});
  }

  std::filesystem::path secure() const { return folder_.path() / "secure"; }
  std::filesystem::path Folder(const std::string& role, const std::string& id) const {
    return secure() / role / id;
  }
  // The exit status; what was printed is in log_.
  int Run(const char* program, const std::vector<std::string>& arguments) {
    return fleet_.Run(program, arguments, log_);
  }
  int Device() {
    return Run("device_agent", {"--config", fleet_.file().string(), "--device", "device-1"});
  }
  int Worker() {
    return Run("cloud_worker", {"--config", fleet_.file().string(), "--worker", "worker-1"});
  }
  int Watch(std::vector<std::string> more) {
    more.insert(more.begin(), {"watch", "--config", fleet_.file().string()});
    return Run("biglittle", more);
  }
  void ExpectOneLine(const std::string& expected) const {
    EXPECT_THAT(log_, HasSubstr(expected));
    EXPECT_THAT(log_, testing::Not(HasSubstr("\n")));
  }

  TemporaryFolder folder_;
  TestAuthority authority_;
  TlsBroker broker_;
  TestFleet fleet_;
  std::string log_;
};

TEST_F(TlsProgramsTest, AWholeFleet) {
  fleet_.Observe();
  fleet_.StartWorker();
  fleet_.AwaitWorker();
  fleet_.StartDevice(1);
  EXPECT_TRUE(fleet_.TakeAll());
  EXPECT_EQ(fleet_.tally().finals(), fleet_.expected());
  EXPECT_GT(fleet_.tally().big(), 0U);
  EXPECT_THAT(broker_.Log(), HasSubstr("u'worker-1'"));
  EXPECT_THAT(broker_.Log(), HasSubstr("u'device-1'"));
}

// Revocation is the whole process's affair: a program of its own.
TEST_F(TlsProgramsTest, ARevokedBrokerIsRefusedUnlessNobodyLooks) {
  const auto folder = Folder("dashboard", "test");
  ReplaceFile(folder / "ca.pem",
              authority_.Certificate() + authority_.RevocationList({broker_.certificate().serial}),
              perms::owner_read);
  auto watch = ChildProcess::Start({(Installation::Find().programs / "biglittle").string(), "watch",
                                    "--config", fleet_.file().string(), "--as", "test"},
                                   folder_.path() / "watch.log")
                   .value();
  const SteadyTime deadline = TestFleet::Soon();
  while (TailOfFile(folder_.path() / "watch.log", 9).empty() &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(Milliseconds(5));
  }
  EXPECT_THAT(TailOfFile(folder_.path() / "watch.log", 9),
              HasSubstr("the broker's certificate is revoked: do not trust that broker"));
  fleet_.StartDevice(1);
  TestFleet careless(broker_.port(), {.broker_keys = "tls: {revocation: off, credentials: '" +
                                                     folder.string() + "'}, "});
  EXPECT_EQ(Run("biglittle", {"watch", "--config", careless.file().string(), "--count", "1"}), 0)
      << log_;
}

TEST_F(TlsProgramsTest, WatchHasTheDashboardsCredentials) {
  fleet_.StartDevice(1);
  EXPECT_EQ(Watch({"--as", "test", "--count", "1"}), 0) << log_;
  EXPECT_THAT(broker_.Log(), HasSubstr("u'test'"));
}

TEST_F(TlsProgramsTest, WatchWithoutAnId) {
  EXPECT_EQ(Watch({"--count", "1"}), 2);
  ExpectOneLine("name this dashboard by --as ID");
  EXPECT_EQ(Watch({"--count", "1", "--as", "../worker"}), 2);
  ExpectOneLine("--as must be 1 to 64 characters");
}

TEST_F(TlsProgramsTest, AKeyThatOthersMayRead) {
  for (const char* who : {"device/device-1", "worker/worker-1"}) {
    std::filesystem::permissions(secure() / who / "client.key", perms::group_read,
                                 std::filesystem::perm_options::add);
  }
  EXPECT_EQ(Device(), 2);
  ExpectOneLine("client.key is readable by others: chmod 600 ");
  EXPECT_EQ(Worker(), 2);
  ExpectOneLine("client.key is readable by others: chmod 600 ");
}

TEST_F(TlsProgramsTest, NoCredentials) {
  std::filesystem::remove_all(secure());
  EXPECT_EQ(Device(), 2);
  ExpectOneLine("device_agent: " + Folder("device", "device-1").string() + "/ca.pem is missing");
  EXPECT_EQ(Worker(), 2);
  ExpectOneLine("cloud_worker: " + Folder("worker", "worker-1").string() + "/ca.pem is missing");
}

TEST_F(TlsProgramsTest, ACertificateThatHasExpired) {
  authority_.Enrol(Folder("device", "device-1"),
                   {.name = "device-1", .valid_from = -7200, .valid_to = -60});
  EXPECT_EQ(Device(), 2);
  ExpectOneLine("client.crt expired on ");
}

}  // namespace
}  // namespace biglittle
