// `biglittle bench source` as a user calls it. Not how fast anything is: only that it is measured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "cli/bench/bench_source_command.h"
#include "core/program/exit_code.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

TEST(BenchSource, MeasuresTheReplayAndLiveSources) {
  const TemporaryFolder folder;
  std::ostringstream out;
  std::ostringstream err;
  const auto json = folder.path() / "out.json";
  ASSERT_EQ(RunBenchSource({.seconds = 0.1, .json = json}, out, err), kExitDone) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("beyond replay"));
  const auto figures = nlohmann::json::parse(std::ifstream(json));
  for (const char* each : {"replay_us", "live_us", "raw_us", "csv_us", "turns", "windows"}) {
    EXPECT_GT(figures[each], 0.0) << each;
  }
  // Text has to be read; that is no question of how busy the machine is.
  EXPECT_GT(figures["csv_more_us"], 0.0);
}

TEST(BenchSource, SaysWhatIsOutOfRange) {
  for (const double seconds : {0.0, -1.0, 601.0}) {
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(RunBenchSource({.seconds = seconds}, out, err), kExitBadInput);
    EXPECT_THAT(err.str(), HasSubstr("--seconds"));
  }
}

}  // namespace
}  // namespace biglittle
