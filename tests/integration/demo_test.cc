// `biglittle demo` as a user calls it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include "cli/installation.h"
#include "cli/lab/broker_process.h"
#include "cli/lab/child_process.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;

class DemoTest : public testing::Test {
 protected:
  ChildProcess Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {(Installation::Find().programs / "biglittle").string(),
                                         "demo", "--json", (folder_.path() / "out.json").string()});
    return ChildProcess::Start(arguments, folder_.path() / "demo.log").value();
  }
  static int Await(ChildProcess& demo) {
    const auto status = demo.WaitUntil(steady_clock::now() + std::chrono::seconds(150));
    EXPECT_TRUE(status.has_value()) << "the demo does not end";
    return status.value_or(-1);
  }
  std::string Log() const { return TailOfFile(folder_.path() / "demo.log", 30); }
  nlohmann::json Json() const {
    std::ifstream file(folder_.path() / "out.json");
    return nlohmann::json::parse(file);
  }
  void ExpectThePromise(std::uint64_t readings) const {
    const nlohmann::json json = Json();
    EXPECT_EQ(json["readings"], readings);
    EXPECT_EQ(json["results"], readings);
    EXPECT_EQ(json["lost"], 0);
    EXPECT_EQ(json["duplicates"], 0);
  }
  // Runs a whole demo and checks what every demo must show.
  void RunTask(const std::vector<std::string>& arguments, std::uint64_t readings) {
    ChildProcess demo = Start(arguments);
    ASSERT_EQ(Await(demo), 0) << Log();
    ExpectThePromise(readings);
    const nlohmann::json json = Json();
    EXPECT_GT(json["escalation_rate"], 0.0);
    EXPECT_LT(json["escalation_rate"], 1.0);
    // A little net may be as good as the big one where it is sure of nearly everything (har).
    EXPECT_GE(json["accuracy"]["overall"], json["accuracy"]["little_alone"]);
    if (json["decided_by"]["fallback"] == 0) {
      EXPECT_EQ(json["accuracy"]["overall"], json["accuracy"]["offline_cascade"]);
    }
  }
  // Recorded data is not part of the repository.
  static std::string DataFolder() {
    const char* named = std::getenv("BIGLITTLE_DATA");
    return named != nullptr ? named : std::string(BIGLITTLE_SOURCE_DIR) + "/../shared/data";
  }

  TemporaryFolder folder_;
};

TEST_F(DemoTest, VibrationNeedsNoData) { RunTask({"--readings", "400"}, 400); }

// More devices than processes.
TEST_F(DemoTest, ManyDevices) { RunTask({"--readings", "600", "--devices", "20"}, 600); }

TEST_F(DemoTest, WorkersAndBrokerAreKilledAndNothingIsLost) {
  ChildProcess demo = Start({"--chaos", "--readings", "1600"});
  ASSERT_EQ(Await(demo), 0) << Log();
  ExpectThePromise(1600);
  EXPECT_GE(Json()["killed"]["workers"], 2);
  EXPECT_GE(Json()["killed"]["brokers"], 1);
  EXPECT_GT(Json()["decided_by"]["big"], 0);
}

TEST_F(DemoTest, HumanActivity) {
  if (!std::filesystem::exists(DataFolder() + "/uci-har")) GTEST_SKIP() << "no uci-har data here";
  RunTask({"--task", "har", "--data", DataFolder(), "--readings", "400", "--devices", "3"}, 400);
}

TEST_F(DemoTest, FashionMnist) {
  if (!std::filesystem::exists(DataFolder() + "/fashion-mnist")) {
    GTEST_SKIP() << "no fashion-mnist data here";
  }
  RunTask({"--task", "fashion-mnist", "--data", DataFolder(), "--readings", "400"}, 400);
}

TEST_F(DemoTest, OverTheProductionConfiguration) {
  RunTask({"--secure", "--readings", "400", "--devices", "3"}, 400);
  EXPECT_THAT(Log(), testing::HasSubstr("with the production configuration"));
}

// What mosquitto_sub sees on the demo's broker is what the summary says.
TEST_F(DemoTest, AnIndependentListenerSeesTheSameNumberOfFinalResults) {
  const std::uint16_t port = FreePort().value();
  ChildProcess demo = Start({"--readings", "300", "--broker-port", std::to_string(port)});
  while (FreePort(port).has_value()) {
    ASSERT_FALSE(demo.Poll().has_value()) << Log();
    std::this_thread::sleep_for(Milliseconds(5));
  }
  // QoS 1, so that nothing is dropped on the way.
  ChildProcess listener =
      ChildProcess::Start({"/usr/bin/mosquitto_sub", "-V", "5", "-q", "1", "-h", "127.0.0.1", "-p",
                           std::to_string(port), "-t", "biglittle/v1/+/devices/+/result"},
                          folder_.path() / "listener.log")
          .value();
  ASSERT_EQ(Await(demo), 0) << Log();
  std::ifstream log(folder_.path() / "listener.log");
  std::uint64_t finals = 0;
  for (std::string line; std::getline(log, line);) {
    if (line.find("\"stage\":\"final\"") != std::string::npos) ++finals;
  }
  EXPECT_EQ(finals, Json()["results"]);
  EXPECT_EQ(finals, 300U);
}

TEST_F(DemoTest, AKilledWorkerCostsAnswersButNoReading) {
  ChildProcess demo = Start({"--readings", "1200", "--deadline-ms", "300"});
  // The worker is the demo's child: find it by its parent, and kill it once results flow.
  const std::string kill_worker = "for i in $(seq 1 1000); do grep -q '^[1-9][0-9]* of' " +
                                  (folder_.path() / "demo.log").string() +
                                  " && break; sleep 0.02; done; pkill -9 -P " +
                                  std::to_string(demo.pid()) + " cloud_worker";
  ChildProcess killer =
      ChildProcess::Start({"/bin/sh", "-c", kill_worker}, folder_.path() / "killer.log").value();
  ASSERT_EQ(Await(demo), 0) << Log();
  EXPECT_EQ(Await(killer), 0);
  ExpectThePromise(1200);
  EXPECT_GT(Json()["decided_by"]["fallback"], 0);
}

TEST_F(DemoTest, AnInterruptEndsEverythingItStarted) {
  const std::uint16_t port = FreePort().value();
  ChildProcess demo = Start({"--readings", "100000", "--broker-port", std::to_string(port)});
  while (Log().find("devices take") == std::string::npos) {
    ASSERT_FALSE(demo.Poll().has_value()) << Log();
    std::this_thread::sleep_for(Milliseconds(10));
  }
  EXPECT_FALSE(FreePort(port).has_value());
  demo.Signal(SIGINT);
  EXPECT_EQ(Await(demo), 1);
  EXPECT_THAT(Log(), testing::HasSubstr("interrupted"));
  EXPECT_TRUE(FreePort(port).has_value());
}

TEST_F(DemoTest, WhatCannotBeIsSaidInOneLine) {
  const auto refused = [&](const std::vector<std::string>& arguments, const char* expected) {
    std::filesystem::remove(folder_.path() / "demo.log");
    ChildProcess demo = Start(arguments);
    EXPECT_EQ(Await(demo), 2) << Log();
    EXPECT_THAT(Log(), testing::HasSubstr(expected));
    EXPECT_THAT(Log(), testing::Not(testing::HasSubstr("\n")));
  };
  refused({"--task", "weather"}, "weather");
  refused({"--task", "har"}, "--data DIR");
  refused({"--task", "har", "--data", "/nowhere"}, "/nowhere");
  refused({"--devices", "0"}, "--devices must be 1");
  refused({"--readings", "2", "--devices", "3"}, "--readings must be 3");
}

TEST_F(DemoTest, APortInUseIsSaidInOneLine) {
  const std::uint16_t port = FreePort().value();
  ChildProcess first = Start({"--readings", "100000", "--broker-port", std::to_string(port)});
  while (Log().find("broker on") == std::string::npos) {
    ASSERT_FALSE(first.Poll().has_value()) << Log();
    std::this_thread::sleep_for(Milliseconds(10));
  }
  ChildProcess second = ChildProcess::Start({(Installation::Find().programs / "biglittle").string(),
                                             "demo", "--broker-port", std::to_string(port)},
                                            folder_.path() / "second.log")
                            .value();
  EXPECT_EQ(Await(second), 2);
  EXPECT_THAT(TailOfFile(second.log(), 9), testing::AllOf(testing::HasSubstr("is in use"),
                                                          testing::Not(testing::HasSubstr("\n"))));
}

}  // namespace
}  // namespace biglittle
