#include "cli/bench/bench_fleet_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace biglittle {
namespace {

using testing::HasSubstr;

void ExpectRefused(const BenchFleetOptions& options, const char* expected) {
  const absl::Status checked = CheckOptions(options);
  EXPECT_EQ(checked.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(checked.message()), HasSubstr(expected));
}

TEST(BenchFleetOptionsTest, TakesWhatItTakesByDefault) { EXPECT_TRUE(CheckOptions({}).ok()); }

TEST(BenchFleetOptionsTest, NamesTheOptionThatCannotBe) {
  ExpectRefused({.devices = 1}, "--devices must be 2 to 10000, not 1");
  ExpectRefused({.devices = 10'001}, "--devices");
  ExpectRefused({.rate = 0}, "--rate");
  ExpectRefused({.rate = std::nan("")}, "--rate");
  ExpectRefused({.rate = 1001}, "--rate");
  ExpectRefused({.devices = 10'000, .rate = 100}, "--devices times --rate");
  ExpectRefused({.seconds = 0}, "--seconds");
  ExpectRefused({.seconds = std::nan("")}, "--seconds");
  ExpectRefused({.seconds = 601}, "--seconds");
  ExpectRefused({.processes = 65}, "--processes");
}

TEST(BenchFleetOptionsTest, SharesManyDevicesOutAmongMoreProcesses) {
  const BenchFleetOptions some{.devices = 50};
  const BenchFleetOptions many{.devices = 1000};
  EXPECT_EQ(ProcessesFor(some, 50), 1U);
  EXPECT_GT(ProcessesFor(many, 1000), 1U);
  EXPECT_EQ(ProcessesFor(many, kFewDevices),
            std::min<std::size_t>(kFewDevices, ProcessesFor(many, 1000)));
  EXPECT_EQ(ProcessesFor(many, 1), 1U);
  EXPECT_EQ(ProcessesFor({.devices = 1000, .processes = 3}, 1000), 3U);
}

TEST(BenchFleetOptionsTest, FindsTheIntervalOfARate) {
  EXPECT_EQ(IntervalFor(1000, 1000), Milliseconds(1000));
  EXPECT_EQ(IntervalFor(10, 1000), Milliseconds(10));
  EXPECT_EQ(IntervalFor(10, 50'000), Milliseconds(1));
  EXPECT_EQ(IntervalFor(3, 0.03), Milliseconds(100'000));
}

}  // namespace
}  // namespace biglittle
