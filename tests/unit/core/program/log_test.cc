#include "core/program/log.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>

#include "core/log_limit.h"

namespace biglittle {
namespace {

class LogTest : public testing::Test {
 protected:
  LogTest() { logger_.set_formatter(OneLineFormatter()); }

  std::string Logged(const std::string& text) {
    out_.str("");
    logger_.warn("{}", text);
    return out_.str();
  }

  std::ostringstream out_;
  spdlog::logger logger_{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(out_)};
};

TEST_F(LogTest, SaysWhatItIsTold) {
  const std::string line = Logged("pump-1: gr\xc3\xbc\xc3\x9f");
  EXPECT_TRUE(line.ends_with("[warning] pump-1: gr\xc3\xbc\xc3\x9f\n")) << line;
}

TEST_F(LogTest, ARecordIsOneLineThatCommandsNothing) {
  const std::string line =
      Logged("a\n[2026-01-01 00:00:00.000] [error] forged\r\x1b[2J\xc2\x9b\xff\xe2\x80\xa8");
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_TRUE(line.ends_with(
      "a\\x0a[2026-01-01 00:00:00.000] [error] forged\\x0d\\x1b[2J\\u009b\\xff\\u2028\n"))
      << line;
}

TEST_F(LogTest, ARecordIsBounded) {
  EXPECT_LT(Logged(std::string(1'000'000, 'x')).size(), kMostLogged + 200);
  EXPECT_LT(Logged(std::string(1'000'000, '\x1b')).size(), kMostLogged + 200);
}

TEST(LogLimit, SaysAtOnceAndThenNowAndThen) {
  LogLimit limit(std::chrono::minutes(10));
  const SteadyTime begin{};
  EXPECT_TRUE(limit.MaySay(begin));
  EXPECT_FALSE(limit.MaySay(begin + std::chrono::minutes(9)));
  EXPECT_TRUE(limit.MaySay(begin + std::chrono::minutes(10)));
  EXPECT_FALSE(limit.MaySay(begin + std::chrono::minutes(11)));
}

}  // namespace
}  // namespace biglittle
