// `biglittle bench link` as a user calls it. Not how fast anything is: only that it is measured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;
using testing::HasSubstr;

class BenchLinkTest : public testing::Test {
 protected:
  // `program` with what it says in log().
  int Run(const std::filesystem::path& program, std::vector<std::string> more) {
    more.insert(more.begin(), {program.string(), "bench", "link"});
    auto process = ChildProcess::Start(more, folder_.path() / "log").value();
    return process.WaitUntil(steady_clock::now() + std::chrono::seconds(100)).value_or(-1);
  }
  std::string Log() const { return TailOfFile(folder_.path() / "log", 40); }
  json Json() const { return json::parse(std::ifstream(folder_.path() / "out.json")); }
  std::vector<std::string> Briefly() const {
    return {"--seconds", "0.5", "--window", "64", "--json", (folder_.path() / "out.json").string()};
  }
  int ScratchFolders() const {
    int folders = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      folders += entry.path().filename().string().starts_with("biglittle-bench-") ? 1 : 0;
    }
    return folders;
  }
  static void ExpectPercentiles(const json& of) {
    EXPECT_GT(of["p50"], 0.0);
    EXPECT_GE(of["p99"], of["p50"]);
  }

  const TemporaryFolder folder_;
  const std::filesystem::path programs_ = Installation::Find().programs;
};

TEST_F(BenchLinkTest, MeasuresOursStagesTlsAndTheFloor) {
  ASSERT_EQ(Run(programs_ / "biglittle", Briefly()), 0) << Log();
  EXPECT_THAT(Log(), HasSubstr("over TLS"));
  const json out = Json();
  ExpectPercentiles(out["round_trip_us"]);
  EXPECT_GT(out["readings_per_s"], 0.0);
  ExpectPercentiles(out["tls_round_trip_us"]);
  EXPECT_DOUBLE_EQ(out["tls_ratio"], out["tls_round_trip_us"]["p50"].get<double>() /
                                         out["round_trip_us"]["p50"].get<double>());
  EXPECT_GE(out["request_bytes"], 784);
  double stages = 0;
  for (const char* stage : {"encode", "outbox", "publish", "broker_there", "take", "queue", "net",
                            "send", "broker_back", "receive"}) {
    ASSERT_TRUE(out["stages"].contains(stage)) << stage;
    EXPECT_GE(out["stages"][stage]["p99"], out["stages"][stage]["p50"]) << stage;
    stages += out["stages"][stage]["p50"].get<double>();
  }
  for (const char* of : {"process", "net"}) EXPECT_GT(out["local_reading_us"][of], 0.0) << of;
  EXPECT_TRUE(out["local_reading_us"]["agent_thread"].is_number());
  // They are parts of it; medians do not add up, but nearly.
  EXPECT_GT(stages, 0.3 * out["round_trip_us"]["p50"].get<double>());
  if (!std::filesystem::exists(programs_ / "link_floor")) GTEST_SKIP() << "no libmosquitto-dev";
  ExpectPercentiles(out["floor_us"]);
  EXPECT_GT(out["floor_messages_per_s"], 0.0);
  EXPECT_THAT(Log(), HasSubstr("ratio"));
}

// As on a machine without libmosquitto-dev.
TEST_F(BenchLinkTest, SaysInOneLineThatThereIsNoFloor) {
  for (const char* name : {"biglittle", "cloud_worker"}) {
    std::filesystem::copy_file(programs_ / name, folder_.path() / name);
  }
  ASSERT_EQ(Run(folder_.path() / "biglittle", Briefly()), 0) << Log();
  EXPECT_THAT(Log(), HasSubstr("link_floor was not built"));
  EXPECT_TRUE(Json()["floor_us"].is_null());
  EXPECT_TRUE(Json()["floor_messages_per_s"].is_null());
}

TEST_F(BenchLinkTest, TakesTheReadingsOfAnyTask) {
  auto arguments = Briefly();
  arguments.insert(arguments.end(), {"--task", "vibration"});
  ASSERT_EQ(Run(programs_ / "biglittle", arguments), 0) << Log();
  EXPECT_GE(Json()["request_bytes"], 12'288);
}

// With a fleet's private keys, that is.
TEST_F(BenchLinkTest, LeavesNothingBehindWhenItIsInterrupted) {
  const std::string variable = "TMPDIR=" + folder_.path().string();
  ChildProcess bench =
      ChildProcess::Start({"/usr/bin/env", variable, (programs_ / "biglittle").string(), "bench",
                           "link", "--seconds", "600"},
                          folder_.path() / "log")
          .value();
  const auto deadline = steady_clock::now() + std::chrono::seconds(60);
  while (ScratchFolders() == 0 && steady_clock::now() < deadline) {
    if (bench.WaitUntil(steady_clock::now() + std::chrono::milliseconds(10))) break;
  }
  ASSERT_EQ(ScratchFolders(), 1) << Log();
  bench.Signal(SIGINT);
  EXPECT_EQ(bench.WaitUntil(deadline), 1) << Log();
  EXPECT_THAT(Log(), HasSubstr("interrupted"));
  EXPECT_EQ(ScratchFolders(), 0);
}

TEST_F(BenchLinkTest, RefusesWhatCannotBe) {
  for (const auto& [option, value] :
       {std::pair("--seconds", "0"), std::pair("--seconds", "nan"), std::pair("--window", "0"),
        std::pair("--window", "1001"), std::pair("--task", "nobody")}) {
    EXPECT_EQ(Run(programs_ / "biglittle", {option, value}), 2) << option << value;
    EXPECT_THAT(Log(), HasSubstr("biglittle bench link: "));
  }
}

}  // namespace
}  // namespace biglittle
