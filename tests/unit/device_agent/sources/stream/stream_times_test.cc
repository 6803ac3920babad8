// `timestamp: source`: the sensor's own clock, as far as it is believed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "device_agent/sources/exec/exec_kind.h"
#include "device_agent/sources/stream/stream_feed.h"
#include "tests/support/kept_samples.h"
#include "tests/unit/device_agent/sources/source_text.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A sensor of 100 Hz, whose windows are two samples.
class StreamTimesTest : public testing::Test {
 protected:
  StreamTimesTest() {
    task_.name = "gestures";
    task_.input_shape = {2};
    options_.format = CsvFormat{.columns = {"t", "v"}, .time = "t"};
    options_.rate_hz = 100.0F;
    options_.timestamp = TimestampBy::kSource;
  }

  void Begin() {
    auto feed = StreamFeed::Make(options_, task_);
    ASSERT_TRUE(feed.ok()) << feed.status();
    feed_ = *std::move(feed);
    feed_->Begin(kept_, begin_);
  }
  void Come(const std::string& text, Milliseconds at) {
    ASSERT_TRUE(feed_->OnBytes(text, begin_ + at).ok());
  }
  Milliseconds WhenWas(std::size_t window) const {
    return std::chrono::duration_cast<Milliseconds>(kept_.Now().times.at(window) - begin_ +
                                                    std::chrono::microseconds(500));
  }

  const SteadyTime begin_ = SteadyTime(std::chrono::hours(1));
  Task task_;
  StreamOptions options_;
  std::unique_ptr<StreamFeed> feed_;
  KeptSamples kept_;
};

TEST_F(StreamTimesTest, AWindowIsAsOldAsItsLastSampleSays) {
  Begin();
  Come("5.00,1\n", Milliseconds(0));
  Come("5.01,2\n", Milliseconds(10));
  Come("5.02,3\n5.03,4\n5.04,5\n5.05,6\n", Milliseconds(80));
  ASSERT_EQ(kept_.Now().times.size(), 3U);
  EXPECT_EQ(WhenWas(0), Milliseconds(10));
  EXPECT_EQ(WhenWas(1), Milliseconds(30));
  EXPECT_EQ(WhenWas(2), Milliseconds(50));
  EXPECT_THAT(kept_.Now().reasons, IsEmpty());
}

TEST_F(StreamTimesTest, WhatIsMissingByItsTimesIsAGap) {
  Begin();
  Come("5.00,1\n", Milliseconds(0));
  Come("5.04,2\n5.05,3\n", Milliseconds(50));
  EXPECT_EQ(kept_.Now().gap_values, 3U);
  ASSERT_EQ(kept_.Now().samples.size(), 1U);
  EXPECT_THAT(ValuesOf<float>(kept_.Now().samples[0]), ElementsAre(2, 3));
}

TEST_F(StreamTimesTest, ALineThatCannotBeReadIsNoSecondGap) {
  Begin();
  Come("5.00,1\n5.01,x\n5.02,2\n5.03,3\n", Milliseconds(50));
  EXPECT_EQ(kept_.Now().gap_values, 0U);
  EXPECT_THAT(kept_.Now().reasons, ElementsAre("number"));
}

// A lie costs its age, never the sample.
TEST_F(StreamTimesTest, ATimeThatIsNotBelievedIsCountedByReason) {
  Begin();
  Come("100.00,1\n", Milliseconds(0));
  Come("100.01,2\n", Milliseconds(10));
  Come("noon,3\n", Milliseconds(20));
  Come("-3,4\n", Milliseconds(30));
  Come("50.00,5\n", Milliseconds(40));
  Come("9050.01,6\n", Milliseconds(50));
  Come("9050.02,7\n", Milliseconds(400));
  Come("9050.03,8\n", Milliseconds(410));
  const Kept kept = kept_.Now();
  EXPECT_THAT(kept.reasons, ElementsAre("time", "time", "time_jump", "time_jump", "time_late"));
  EXPECT_THAT(kept.refusals[0], HasSubstr("'noon' is no time, in the line 'noon,3'"));
  EXPECT_THAT(kept.refusals[1], HasSubstr("-3 s is no time of a clock"));
  EXPECT_EQ(kept.gap_values, 1U);
  ASSERT_EQ(kept.samples.size(), 4U);
  EXPECT_EQ(WhenWas(1), Milliseconds(30));
  EXPECT_EQ(WhenWas(2), Milliseconds(50));
  EXPECT_EQ(WhenWas(3), Milliseconds(410));
}

TEST_F(StreamTimesTest, StartedAgainItsClockIsAnother) {
  Begin();
  Come("100.00,1\n100.01,2\n", Milliseconds(10));
  feed_->Begin(kept_, begin_ + Milliseconds(10));
  Come("0.00,3\n0.01,4\n", Milliseconds(20));
  EXPECT_THAT(kept_.Now().reasons, IsEmpty());
  EXPECT_EQ(kept_.Now().samples.size(), 2U);
}

TEST_F(StreamTimesTest, AMessageHasTheTimeOfItsLastSample) {
  options_.format = NdjsonFormat{.fields = {"/v"}, .time = "/t"};
  Begin();
  Come("{\"t\": 7.02, \"v\": [0, 1]}\n", Milliseconds(0));
  Come("{\"t\": 7.04, \"v\": [2, 3]}\n", Milliseconds(60));
  EXPECT_EQ(WhenWas(1), Milliseconds(20));
  Come("{\"t\": 7.09, \"v\": [4, 5]}\n", Milliseconds(70));
  EXPECT_EQ(kept_.Now().gap_values, 3U);
}

TEST_F(StreamTimesTest, WantsATimeInItsFormat) {
  options_.format = CsvFormat{};
  EXPECT_EQ(StreamFeed::Make(options_, task_).status().message(),
            "'timestamp: source' needs a 'format' of csv or ndjson with a 'time'");
  options_.format = RawFormat{};
  EXPECT_FALSE(StreamFeed::Make(options_, task_).ok());
}

TEST_F(StreamTimesTest, IsReadFromAFleetFile) {
  const auto read = [](const std::string& rest) {
    return ReadSource("{type: exec, command: [x], " + rest + "}");
  };
  const SourceRead csv = read(
      "timestamp: source, max_age_ms: 40, format: {type: csv, columns: [t, x], time: t, time_unit: "
      "us}");
  EXPECT_EQ(csv.problems, "");
  const auto* options = OptionsIn<ExecOptions>(csv.config);
  ASSERT_NE(options, nullptr);
  EXPECT_EQ(options->timestamp, TimestampBy::kSource);
  EXPECT_EQ(options->max_age, Milliseconds(40));
  EXPECT_EQ(std::get<CsvFormat>(options->format).time_unit, TimeUnit::kMicroseconds);
  EXPECT_EQ(read("format: {type: ndjson, fields: [/x], time: /t}").problems, "");
  EXPECT_THAT(read("format: {type: csv, columns: [x], time: t}").problems,
              HasSubstr("the 'time' 't' is none of the 'columns'"));
  EXPECT_THAT(read("format: {type: ndjson, fields: [/x], time: t}").problems,
              HasSubstr("'time' must be JSON pointers"));
  EXPECT_THAT(read("timestamp: sensor").problems, HasSubstr("timestamp"));
  EXPECT_THAT(read("format: {type: csv, columns: [t, x], time: t, time_unit: h}").problems,
              HasSubstr("time_unit"));
}

}  // namespace
}  // namespace biglittle
