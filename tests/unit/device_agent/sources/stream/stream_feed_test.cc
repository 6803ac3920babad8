#include "device_agent/sources/stream/stream_feed.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/kept_samples.h"
#include "tests/unit/device_agent/data_bytes.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Task TaskOf(Shape shape, DType dtype = DType::kFloat32) {
  Task task;
  task.name = "gestures";
  task.input_shape = std::move(shape);
  task.input_dtype = dtype;
  return task;
}

StreamOptions Csv(std::vector<std::string> columns) {
  StreamOptions options;
  options.format = CsvFormat{.columns = std::move(columns)};
  return options;
}

class StreamFeedTest : public testing::Test {
 protected:
  // All of `text` at once.
  Kept Feed(const StreamOptions& options, const Task& task, std::string_view text) {
    KeptSamples kept;
    auto feed = StreamFeed::Make(options, task);
    EXPECT_TRUE(feed.ok()) << feed.status();
    if (!feed.ok()) return {};
    (*feed)->Begin(kept, now_ - std::chrono::minutes(1));
    EXPECT_TRUE((*feed)->OnBytes(text, now_).ok());
    EXPECT_TRUE((*feed)->OnEnd(now_).ok());
    return kept.Now();
  }
  static std::string WhyNot(const StreamOptions& options, const Task& task) {
    return std::string(StreamFeed::Make(options, task).status().message());
  }

  const SteadyTime now_ = SteadyTime(std::chrono::hours(1));
};

// As GStreamer and ffmpeg write a camera's.
TEST_F(StreamFeedTest, RawNumbersAreImagesWhereTheyAreAsMany) {
  StreamOptions options;
  options.format = RawFormat{.dtype = RawType::kUint8, .channels = 6};
  const Kept kept = Feed(options, TaskOf({1, 2, 3}, DType::kUint8), "abcdefABCDEFx");
  ASSERT_EQ(kept.samples.size(), 2U);
  EXPECT_THAT(ValuesOf<char>(kept.samples[1]), ElementsAre('A', 'B', 'C', 'D', 'E', 'F'));
  options.window.hop = 1;
  EXPECT_THAT(WhyNot(options, TaskOf({1, 2, 3})), HasSubstr("'window' and 'resample'"));
}

TEST_F(StreamFeedTest, CutsTheWindowsOfTheTask) {
  StreamOptions options = Csv({"x", "y"});
  options.window.hop = 1;
  const Kept planar = Feed(options, TaskOf({2, 2}), "1,10\n2,20\n3,30\n");
  ASSERT_EQ(planar.samples.size(), 2U);
  EXPECT_THAT(ValuesOf<float>(planar.samples[0]), ElementsAre(1, 2, 10, 20));
  EXPECT_THAT(ValuesOf<float>(planar.samples[1]), ElementsAre(2, 3, 20, 30));
  EXPECT_EQ(planar.samples[0].window.shape, (Shape{2, 2}));
  const Kept interleaved = Feed(options, TaskOf({3, 2}), "1,10\n2,20\n3,30\n");
  ASSERT_EQ(interleaved.samples.size(), 1U);
  EXPECT_THAT(ValuesOf<float>(interleaved.samples[0]), ElementsAre(1, 10, 2, 20, 3, 30));
}

TEST_F(StreamFeedTest, OneChannelAndOneSampleAreWindowsToo) {
  EXPECT_THAT(ValuesOf<float>(Feed(Csv({"v"}), TaskOf({1, 3}), "1\n2\n3\n4\n").samples.at(0)),
              ElementsAre(1, 2, 3));
  EXPECT_EQ(Feed(Csv({"a", "b", "c"}), TaskOf({3}), "1,2,3\n4,5,6\n").samples.size(), 2U);
}

TEST_F(StreamFeedTest, RoundsAndBoundsWholeNumbers) {
  EXPECT_THAT(
      ValuesOf<std::int16_t>(
          Feed(Csv({"v"}), TaskOf({4}, DType::kInt16), "1.4\n1.6\n1e9\n-1e9\n").samples.at(0)),
      ElementsAre(1, 2, 32767, -32768));
  EXPECT_THAT(ValuesOf<std::uint8_t>(
                  Feed(Csv({"v"}), TaskOf({3}, DType::kUint8), "-1\n7\n300\n").samples.at(0)),
              ElementsAre(0, 7, 255));
}

TEST_F(StreamFeedTest, ScalesFirst) {
  StreamOptions options = Csv({"v"});
  options.scale = 0.5F;
  options.offset = 1.0F;
  EXPECT_THAT(ValuesOf<float>(Feed(options, TaskOf({2}), "2\n4\n").samples.at(0)),
              ElementsAre(2, 3));
}

TEST_F(StreamFeedTest, WhatCannotBeReadIsAGap) {
  const Kept kept = Feed(Csv({"v"}), TaskOf({2}), "1\nx\n2\n3\n");
  EXPECT_THAT(kept.reasons, ElementsAre("number"));
  ASSERT_EQ(kept.samples.size(), 1U);  // no window has values from both sides of it
  EXPECT_THAT(ValuesOf<float>(kept.samples[0]), ElementsAre(2, 3));
}

TEST_F(StreamFeedTest, EarlierFramesAreOlderByTheRate) {
  StreamOptions options = Csv({"v"});
  options.rate_hz = 100.0F;
  const Kept kept = Feed(options, TaskOf({2}), "1\n2\n3\n4\n5\n6\n");
  ASSERT_EQ(kept.times.size(), 3U);
  EXPECT_EQ(kept.times[2], now_);
  EXPECT_EQ(kept.times[0], now_ - Milliseconds(40));
}

// For an hour, in lines or in batches: a window is as old as its last sample, whatever the rate.
TEST_F(StreamFeedTest, ARateThatDriftsIsSaidAndTheTimesStayWithTheClock) {
  struct Case {
    double rate_hz;
    int batch;
    bool is_off;
  };
  for (const Case& each : {Case{45, 1, true}, Case{55, 1, true}, Case{45, 25, true},
                           Case{55, 25, true}, Case{51, 25, false}}) {
    StreamOptions options = Csv({"v"});
    options.rate_hz = 50.0F;
    options.window.hop = 1;
    KeptSamples kept;
    auto feed = StreamFeed::Make(options, TaskOf({2})).value();
    feed->Begin(kept, now_);
    std::string lines;
    for (int i = 0; i < each.batch; ++i) lines += "1\n";
    const SteadyTime::duration batch = std::chrono::duration_cast<SteadyTime::duration>(
        std::chrono::duration<double>(each.batch / each.rate_hz));
    SteadyTime now = now_;
    for (; now < now_ + std::chrono::hours(1); now += batch) {
      ASSERT_TRUE(feed->OnBytes(lines, now).ok());
    }
    now -= batch;
    const Kept all = kept.Now();
    EXPECT_EQ(all.times.back(), now) << each.rate_hz;
    for (std::size_t i = 1; i < all.times.size(); ++i) {
      ASSERT_GE(all.times[i], all.times[i - 1]) << each.rate_hz << " at " << i;
      ASSERT_LT(all.times[i], all.times[i - 1] + 2 * batch) << each.rate_hz << " at " << i;
    }
    EXPECT_EQ(all.gap_values, 0U);
    EXPECT_EQ(all.off_rate.size() > 300, each.is_off) << each.rate_hz;
    EXPECT_EQ(all.off_rate.empty(), !each.is_off) << each.rate_hz;
    if (!each.is_off) continue;
    EXPECT_THAT(all.off_rate.back(), HasSubstr(fmt::format("{:g}", each.rate_hz) +
                                               " samples a second, not the 50 that are said"));
  }
}

// Ten seconds' worth in no time: nothing of it is older than the beginning, or what was read
// before.
TEST_F(StreamFeedTest, WhatComesFasterThanWasSaidIsNotOld) {
  StreamOptions options = Csv({"v"});
  options.rate_hz = 50.0F;
  std::string lines;
  for (int i = 0; i < 101; ++i) lines += i == 50 ? "x\n" : "1\n";
  KeptSamples kept;
  auto feed = StreamFeed::Make(options, TaskOf({2})).value();
  feed->Begin(kept, now_ - Milliseconds(300));
  for (int block = 0; block < 5; ++block) {
    const std::size_t before = kept.Now().times.size();
    ASSERT_TRUE(feed->OnBytes(lines, now_ + Milliseconds(block)).ok());
    const SteadyTime oldest =
        block == 0 ? now_ - Milliseconds(300) : now_ + Milliseconds(block - 1);
    EXPECT_EQ(kept.Now().times.at(before), oldest) << block;
    EXPECT_EQ(kept.Now().times.back(), now_ + Milliseconds(block));
  }
}

// The resampler's windows are older than what it was given last, by truth.
TEST_F(StreamFeedTest, ALagIsNoOldAge) {
  Task task = TaskOf({2});
  task.input_rate_hz = 50.0F;
  StreamOptions options = Csv({"v"});
  options.rate_hz = 100.0F;
  options.resample = true;
  KeptSamples kept;
  auto feed = StreamFeed::Make(options, task).value();
  feed->Begin(kept, now_);
  for (int i = 1; i <= 200; ++i) {
    ASSERT_TRUE(feed->OnBytes("1\n", now_ + 10 * i * Milliseconds(1)).ok());
  }
  const Kept all = kept.Now();
  ASSERT_GE(all.times.size(), 40U);
  for (std::size_t i = 1; i < all.times.size(); ++i) {
    EXPECT_EQ(all.times[i], all.times[i - 1] + Milliseconds(40));
  }
  EXPECT_LT(all.times.back(), now_ + Milliseconds(2000 - 50));
}

// A recording is read as fast as the device is.
TEST_F(StreamFeedTest, WhatWaitsForUsHasNoPaceOfItsOwn) {
  StreamOptions options = Csv({"v"});
  options.rate_hz = 50.0F;
  for (const Pace pace : {Pace::kOurs, Pace::kSensors}) {
    KeptSamples kept;
    auto feed = StreamFeed::Make(options, TaskOf({2}), pace).value();
    feed->Begin(kept, now_);
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(feed->OnBytes("1\n", now_ + std::chrono::seconds(i)).ok());
    }
    EXPECT_EQ(kept.Now().off_rate.empty(), pace == Pace::kOurs);
  }
}

TEST_F(StreamFeedTest, TheGateSpares) {
  StreamOptions options = Csv({"v"});
  options.gate = {GateKind::kRms, 1.0F, Milliseconds(0)};
  const Kept kept = Feed(options, TaskOf({2}), "5\n5\n1\n9\n");
  EXPECT_EQ(kept.spared, 1);
  ASSERT_EQ(kept.samples.size(), 1U);
  EXPECT_THAT(ValuesOf<float>(kept.samples[0]), ElementsAre(1, 9));
}

TEST_F(StreamFeedTest, HalvesTheRateWhereItIsSaid) {
  Task task = TaskOf({50});
  task.input_rate_hz = 50.0F;
  StreamOptions options = Csv({"v"});
  options.rate_hz = 100.0F;
  EXPECT_EQ(
      WhyNot(options, task),
      "the source samples at 100 Hz, task gestures was trained at 50 Hz: say 'resample: true', "
      "or let it sample at the task's rate");
  options.resample = true;
  std::string text;
  for (int i = 0; i < 300; ++i) text += "7\n";
  const Kept kept = Feed(options, task, text);
  ASSERT_EQ(kept.samples.size(), 2U);
  EXPECT_NEAR(ValuesOf<float>(kept.samples[1])[25], 7.0F, 0.01F);
}

TEST_F(StreamFeedTest, FiltersAsTheTaskSays) {
  Task task = TaskOf({100});
  task.input_rate_hz = 100.0F;
  task.input_filter = InputFilter{.type = FilterType::kHighPass, .order = 2, .hz = 10.0F};
  std::string text;
  for (int i = 0; i < 100; ++i) text += "9.81\n";
  EXPECT_NEAR(ValuesOf<float>(Feed(Csv({"v"}), task, text).samples.at(0))[99], 0.0F, 0.01F);
}

TEST_F(StreamFeedTest, MillisecondsAreSamplesAtTheRate) {
  StreamOptions options = Csv({"v"});
  options.rate_hz = 100.0F;
  options.window.length_ms = 40;
  options.window.hop_ms = 20;
  EXPECT_EQ(Feed(options, TaskOf({4}), "1\n2\n3\n4\n5\n6\n").samples.size(), 2U);
  options.window.hop_ms = 25;
  EXPECT_THAT(WhyNot(options, TaskOf({4})), HasSubstr("25 ms are 2.500 samples at 100 Hz"));
  options.rate_hz.reset();
  EXPECT_THAT(WhyNot(options, TaskOf({4})), HasSubstr("so the source needs 'rate_hz'"));
}

TEST_F(StreamFeedTest, SaysWhatDoesNotFitTheTask) {
  EXPECT_EQ(WhyNot(Csv({"x", "y", "z"}), TaskOf({9, 128})),
            "the source has 3 channels a sample, but task gestures has windows of 9x128: 9 or 128 "
            "would fit");
  EXPECT_THAT(WhyNot(Csv({"x", "y", "z"}), TaskOf({1, 128})), HasSubstr("1 or 128 would fit"));
  EXPECT_THAT(WhyNot(Csv({"x", "y", "z"}), TaskOf({1, 28, 28})), HasSubstr(": 28 would fit"));
  EXPECT_THAT(WhyNot(Csv({"x", "y"}), TaskOf({3, 32, 32})), HasSubstr("only whole windows do"));
  StreamOptions options = Csv({"v"});
  options.window.samples = 64;
  EXPECT_EQ(WhyNot(options, TaskOf({128})),
            "'window' has 64 samples, those of task gestures have 128");
  options = Csv({"v"});
  options.resample = true;
  EXPECT_EQ(WhyNot(options, TaskOf({128})), "'resample: true' needs the source's 'rate_hz'");
}

TEST_F(StreamFeedTest, StartedAgainItBeginsAnew) {
  KeptSamples inbox;
  auto feed = StreamFeed::Make(Csv({"v"}), TaskOf({2})).value();
  feed->Begin(inbox, now_);
  ASSERT_TRUE(feed->OnBytes("1\n2", now_).ok());
  feed->Begin(inbox, now_);
  ASSERT_TRUE(feed->OnBytes("3\n4\n", now_).ok());
  ASSERT_EQ(inbox.Now().samples.size(), 1U);
  EXPECT_THAT(ValuesOf<float>(inbox.Now().samples[0]), ElementsAre(3, 4));
}

TEST_F(StreamFeedTest, AnArrayIsAWholeWindow) {
  const std::string npy = NpyText(NpyHeaderText("|u1", "(3, 2)"), std::string("\1\2\3\4\5\6"));
  StreamOptions options;
  options.format = NpyFormat{};
  options.scale = 2.0F;
  options.gate = {.type = GateKind::kRms, .above = 3};
  const Kept kept = Feed(options, TaskOf({1, 3, 2}, DType::kInt16), npy + npy);
  ASSERT_EQ(kept.samples.size(), 2U);
  EXPECT_EQ(kept.samples[0].window.shape, (Shape{1, 3, 2}));
  EXPECT_THAT(ValuesOf<std::int16_t>(kept.samples[1]), ElementsAre(2, 4, 6, 8, 10, 12));
  options.gate.above = 4;
  EXPECT_EQ(Feed(options, TaskOf({3, 2}), npy).spared, 1);
}

TEST_F(StreamFeedTest, WholeWindowsAreNoStream) {
  StreamOptions options;
  options.format = NpyFormat{};
  Task task = TaskOf({3, 2});
  task.input_filter = InputFilter{};
  EXPECT_THAT(WhyNot(options, task), HasSubstr("input filter"));
  options.window.hop = 1;
  EXPECT_THAT(WhyNot(options, TaskOf({3, 2})), HasSubstr("'window' and 'resample'"));
}

}  // namespace
}  // namespace biglittle
