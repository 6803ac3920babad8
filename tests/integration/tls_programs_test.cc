// The programs with TLS: a whole fleet, and starts that cannot work.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/http_client.h"
#include "tests/support/test_broker.h"
#include "tests/support/test_fleet.h"
#include "tests/support/tls_broker.h"

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

// What is wrong with its credentials keeps no device from answering and no worker from waiting, and
// who mends it need not start anything anew.
class MendedCredentialsTest : public TlsProgramsTest {
 protected:
  MendedCredentialsTest() {
    both_.emplace(broker_.port(),
                  TestFleet::Options{.worker_keys = HealthKey(worker_port_),
                                     .device_keys = HealthKey(device_port_),
                                     .broker_keys = "tls: {credentials: '" + secure().string() +
                                                    "/{role}/{id}'}, "});
    both_->Observe();
  }
  static std::string HealthKey(std::uint16_t port) {
    return fmt::format("    health: {{port: {}}}\n", port);
  }
  // Both programs run and say that; then `mend` is done, and they do their work.
  void ExpectToWaitFor(const std::string& said, const std::function<void()>& mend) {
    ChildProcess& worker = both_->StartWorker();
    ChildProcess& device = both_->StartDevice(1);
    EXPECT_TRUE(Eventually([&] {
      return Get(device_port_, "/ready").body.find(said) != std::string::npos &&
             Get(worker_port_, "/ready").body.find(said) != std::string::npos;
    })) << Get(device_port_, "/ready").body
        << Get(worker_port_, "/ready").body;
    EXPECT_EQ(Get(device_port_, "/ready").status, 200);
    EXPECT_THAT(Get(device_port_, "/ready").body, testing::StartsWith("offline: "));
    EXPECT_EQ(Get(worker_port_, "/ready").status, 503);
    EXPECT_FALSE(worker.Poll().has_value());
    // Said once a cause, however often it is tried.
    for (const char* program : {"device-1", "worker-1"}) {
      const std::string log = TailOfFile(both_->folder() / fmt::format("{}.log", program), 100);
      const std::size_t first = log.find(said);
      ASSERT_NE(first, std::string::npos) << log;
      EXPECT_EQ(log.find(said, first + 1), std::string::npos) << log;
    }
    mend();
    both_->AwaitWorker();
    ASSERT_TRUE(both_->TakeAll());
    EXPECT_EQ(both_->tally().finals(), 200U);
    EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
  }

  const std::uint16_t worker_port_ = UnusedPort();
  const std::uint16_t device_port_ = UnusedPort();
  std::optional<TestFleet> both_;
};

TEST_F(MendedCredentialsTest, CertificatesThatAreNotValidYet) {
  const auto enrol = [&](long from) {
    for (const char* who : {"device/device-1", "worker/worker-1"}) {
      authority_.Enrol(secure() / who, {.name = std::filesystem::path(who).filename().string(),
                                        .valid_from = from,
                                        .valid_to = 9000});
    }
  };
  enrol(7200);
  ExpectToWaitFor("client.crt is valid from ", [&] { enrol(-60); });
}

TEST_F(MendedCredentialsTest, CertificatesThatHaveExpired) {
  const auto enrol = [&](long to) {
    for (const char* who : {"device/device-1", "worker/worker-1"}) {
      authority_.Enrol(secure() / who, {.name = std::filesystem::path(who).filename().string(),
                                        .valid_from = -7200,
                                        .valid_to = to});
    }
  };
  enrol(-60);
  ExpectToWaitFor("client.crt expired on ", [&] { enrol(7200); });
}

TEST_F(MendedCredentialsTest, TheirEndIsAMetricThatARenewalMoves) {
  constexpr long kYear = 365 * 86'400;
  const auto enrol = [&](const char* who, long to) {
    authority_.Enrol(secure() / who, {.name = std::filesystem::path(who).filename().string(),
                                      .valid_from = -7200,
                                      .valid_to = to});
  };
  // Seconds from now; 0 while the program does not tell.
  const auto left = [](std::uint16_t port, const std::string& prefix) {
    const std::string page = Get(port, "/metrics").body;
    const std::string series = prefix + "_certificate_expiration_timestamp_seconds";
    if (page.find("\n" + series + " ") == std::string::npos) return 0.0;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return ValueOf(page, series) - std::chrono::duration<double>(now).count();
  };
  enrol("worker/worker-1", 9000);
  enrol("device/device-1", -600);
  both_->StartWorker();
  both_->AwaitWorker();
  both_->StartDevice(1);
  EXPECT_TRUE(Eventually([&] { return left(worker_port_, "biglittle_worker") > 8000; }));
  EXPECT_LT(left(worker_port_, "biglittle_worker"), 9001);
  EXPECT_TRUE(Eventually([&] { return left(device_port_, "biglittle_agent") < -500; }));
  enrol("worker/worker-1", kYear);
  EXPECT_TRUE(Eventually([&] { return left(worker_port_, "biglittle_worker") > kYear - 1000; }));
  const auto log = [&](const char* program) {
    return TailOfFile(both_->folder() / fmt::format("{}.log", program), 100);
  };
  EXPECT_THAT(log("worker-1"), HasSubstr("client.crt has 0 days left (its end: "));
  EXPECT_THAT(log("device-1"), HasSubstr("client.crt has ended (its end: "));
}

TEST_F(MendedCredentialsTest, FilesThatAreMissing) {
  std::filesystem::rename(secure() / "device", secure() / "device.later");
  std::filesystem::rename(secure() / "worker", secure() / "worker.later");
  ExpectToWaitFor("/ca.pem is missing: put it there", [&] {
    std::filesystem::rename(secure() / "device.later", secure() / "device");
    std::filesystem::rename(secure() / "worker.later", secure() / "worker");
  });
}

TEST_F(MendedCredentialsTest, FilesThatAreDamaged) {
  const auto damage = [&](const char* from, const char* to) {
    for (const char* who : {"device/device-1", "worker/worker-1"}) {
      std::filesystem::rename(secure() / who / from, secure() / who / to);
    }
  };
  damage("client.crt", "client.sound");
  for (const char* who : {"device/device-1", "worker/worker-1"}) {
    std::ofstream(secure() / who / "client.crt") << "-----BEGIN CERT";
  }
  ExpectToWaitFor("client.crt ", [&] { damage("client.sound", "client.crt"); });
}

TEST_F(MendedCredentialsTest, KeysThatOthersMayRead) {
  const auto change = [&](std::filesystem::perm_options how) {
    for (const char* who : {"device/device-1", "worker/worker-1"}) {
      std::filesystem::permissions(secure() / who / "client.key", perms::group_read, how);
    }
  };
  change(std::filesystem::perm_options::add);
  ExpectToWaitFor("client.key is readable by others: chmod 600 ",
                  [&] { change(std::filesystem::perm_options::remove); });
}

// Aborts the program once it is under way. Whether the system wrote a core dump of it.
bool DumpsCore(const std::vector<std::string>& command, const std::filesystem::path& folder,
               const char* kept) {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  const auto log = folder / "log";
  std::filesystem::remove(log);  // of the one before
  const pid_t child = fork();
  if (child == 0) {
    setrlimit(RLIMIT_CORE, &unlimited);
    setenv("BIGLITTLE_CORE_DUMPS", kept, 1);
    const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 || chdir(folder.c_str()) != 0) _exit(1);
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    execv(words[0], words.data());
    _exit(1);
  }
  // It speaks of its certificate as soon as it runs.
  EXPECT_TRUE(
      Eventually([&] { return TailOfFile(log, 10).find("client.crt has ") != std::string::npos; }));
  kill(child, SIGABRT);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << TailOfFile(log, 10);
  return WCOREDUMP(status);
}

TEST_F(TlsProgramsTest, NoKeyComesIntoACoreDump) {
  const TemporaryFolder folder;
  const std::filesystem::path programs = Installation::Find().programs;
  for (const auto& [program, option, id] : {std::tuple("cloud_worker", "--worker", "worker-1"),
                                            std::tuple("device_agent", "--device", "device-1")}) {
    const std::vector<std::string> command{programs / program, "--config", fleet_.file().string(),
                                           option, id};
    if (!DumpsCore(command, folder.path(), "1")) GTEST_SKIP() << "this system writes no core dumps";
    EXPECT_FALSE(DumpsCore(command, folder.path(), "0")) << program;
  }
}

TEST_F(TlsProgramsTest, CredentialsThatNobodyNames) {
  const TestFleet nameless(broker_.port(), {.broker_keys = "tls: {}, "});
  const std::string file = nameless.file().string();
  EXPECT_EQ(Run("device_agent", {"--config", file, "--device", "device-1"}), 2);
  ExpectOneLine("nobody names the credentials");
  EXPECT_EQ(Run("cloud_worker", {"--config", file, "--worker", "worker-1"}), 2);
  ExpectOneLine("nobody names the credentials");
}

TEST(PasswordFileTest, ThatComesLaterIsWaitedFor) {
  const TestBroker broker;
  const TemporaryFolder folder;
  const auto file = folder.path() / "password";
  TestFleet fleet(broker.port(),
                  {.broker_keys = "username: pump, password_file: '" + file.string() + "', "});
  const auto write = [&] { ReplaceFile(file, "secret\n", perms::owner_read | perms::owner_write); };
  // The listener reads the same file, and must be there before the device's first result is.
  write();
  fleet.Observe();
  std::filesystem::remove(file);
  ChildProcess& device = fleet.StartDevice(1);
  ASSERT_TRUE(Eventually([&] {
    return TailOfFile(device.log(), 9).find("password is missing: put it there") !=
           std::string::npos;
  }));
  write();
  ASSERT_TRUE(fleet.TakeAll());
  EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
}

}  // namespace
}  // namespace biglittle
