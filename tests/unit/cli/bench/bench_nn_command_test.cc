#include "cli/bench/bench_nn_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

#include <nlohmann/json.hpp>

#include "core/program/exit_code.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

class BenchNnTest : public testing::Test {
 protected:
  int Run() { return RunBenchNn(options_, out_, err_); }
  void ExpectRefused(const char* expected, int status = kExitBadInput) {
    err_.str("");
    EXPECT_EQ(Run(), status);
    EXPECT_THAT(err_.str(), testing::HasSubstr(expected));
    EXPECT_EQ(std::ranges::count(err_.str(), '\n'), 1);
  }

  const TemporaryFolder folder_;
  BenchNnOptions options_{.model = TestDataFolder() / "tiny" / "big.onnx", .seconds = 0.01};
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(BenchNnTest, WritesWhatItPrints) {
  options_.batch = 3;
  options_.json = folder_.path() / "out.json";
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(out_.str(), testing::HasSubstr("median us a call"));
  std::ifstream file(options_.json);
  const auto json = nlohmann::json::parse(file);
  EXPECT_GT(json["min_us"], 0.0);
  EXPECT_GE(json["median_us"], json["min_us"]);
  EXPECT_GE(json["runs"], 1);
  EXPECT_EQ(json["batch"], 3);
  EXPECT_EQ(json["threads"], 1);
  EXPECT_EQ(json["model"], options_.model.string());
  EXPECT_GT(json["arena_bytes"], 0);
  EXPECT_GT(json["rss_bytes"], 1000000);
}

TEST_F(BenchNnTest, AMissingModelIsToldInOneLine) {
  options_.model = folder_.path() / "none.onnx";
  ExpectRefused("none.onnx");
}

TEST_F(BenchNnTest, OptionsOutOfRangeAreToldInOneLine) {
  const BenchNnOptions sound = options_;
  options_.batch = 0;
  ExpectRefused("--batch 0");
  options_ = sound;
  options_.threads = -1;
  ExpectRefused("--threads -1");
  options_ = sound;
  for (const double seconds : {0.0, -1.0, 4000.0, std::numeric_limits<double>::quiet_NaN()}) {
    options_.seconds = seconds;
    ExpectRefused("--seconds");
  }
}

TEST_F(BenchNnTest, ABatchThatNeedsTooMuchMemoryIsToldInOneLine) {
  options_.batch = std::int64_t{1} << 40;
  ExpectRefused("too large");
}

TEST_F(BenchNnTest, AFileThatCannotBeWrittenIsToldInOneLine) {
  options_.json = folder_.path() / "no" / "folder" / "out.json";
  ExpectRefused("out.json", kExitFailed);
}

}  // namespace
}  // namespace biglittle
