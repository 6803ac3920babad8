// `biglittle bench fleet` as a user calls it. Not how fast anything is: only that it is measured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;
using testing::HasSubstr;

class BenchFleetTest : public testing::Test {
 protected:
  ChildProcess Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {(Installation::Find().programs / "biglittle").string(), "bench", "fleet"});
    return ChildProcess::Start(arguments, folder_.path() / "log").value();
  }
  static int Await(ChildProcess& bench) {
    return bench.WaitUntil(steady_clock::now() + std::chrono::seconds(150)).value_or(-1);
  }
  std::string Log() const { return TailOfFile(folder_.path() / "log", 40); }

  const TemporaryFolder folder_;
};

TEST_F(BenchFleetTest, MeasuresASmallFleetAndLosesNothing) {
  const std::string file = (folder_.path() / "out.json").string();
  ChildProcess bench = Start({"--devices", "6", "--rate", "20", "--seconds", "2", "--json", file});
  ASSERT_EQ(Await(bench), 0) << Log();
  const json out = json::parse(std::ifstream(file));
  EXPECT_EQ(out["devices"], 6);
  EXPECT_EQ(out["lost"], 0);
  EXPECT_EQ(out["duplicates"], 0);
  EXPECT_EQ(out["readings"], out["results"]);
  EXPECT_GT(out["readings"], 100);
  for (const char* key : {"readings_per_s", "cost_ratio", "start_to_first_result_ms"}) {
    EXPECT_GT(out[key], 0.0) << key;
  }
  for (const char* key : {"escalations_per_s", "deadline_met", "bytes_per_device"}) {
    EXPECT_TRUE(out[key].is_number()) << key;
  }
  for (const char* process : {"agent", "broker", "worker"}) {
    EXPECT_TRUE(out["cpu_us_per_reading"][process].is_number()) << process;
  }
  for (const char* outcome : {"little", "big", "fallback"}) {
    EXPECT_GE(out["latency_ms"][outcome]["p99"], out["latency_ms"][outcome]["p50"]) << outcome;
  }
  EXPECT_EQ(out["met"].size(), 4U);
  EXPECT_THAT(Log(), HasSubstr("seeded windows"));
  EXPECT_THAT(Log(), HasSubstr("target"));
}

TEST_F(BenchFleetTest, RefusesWhatCannotBe) {
  for (const auto& [option, value] :
       {std::pair("--devices", "1"), std::pair("--rate", "0"), std::pair("--seconds", "nan"),
        std::pair("--task", "nobody"), std::pair("--data", "/nowhere")}) {
    ChildProcess bench = Start({option, value});
    EXPECT_EQ(Await(bench), 2) << option << value;
    EXPECT_THAT(Log(), HasSubstr("biglittle bench fleet: "));
  }
}

TEST_F(BenchFleetTest, AnInterruptEndsEverythingItStarted) {
  ChildProcess bench = Start({"--devices", "4", "--rate", "10", "--seconds", "300"});
  while (Log().find("4 devices in") == std::string::npos) {
    ASSERT_FALSE(bench.Poll().has_value()) << Log();
    std::this_thread::sleep_for(Milliseconds(10));
  }
  bench.Signal(SIGINT);
  EXPECT_EQ(Await(bench), 1);
  EXPECT_THAT(Log(), HasSubstr("interrupted"));
  // What it started has it as its parent.
  ChildProcess left = ChildProcess::Start({"/usr/bin/pgrep", "-P", std::to_string(bench.pid())},
                                          folder_.path() / "left.log")
                          .value();
  EXPECT_EQ(Await(left), 1) << TailOfFile(left.log(), 9);
}

}  // namespace
}  // namespace biglittle
