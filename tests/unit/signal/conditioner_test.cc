#include "signal/conditioner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/random.h"
#include "tests/unit/signal/cut_windows.h"

namespace biglittle {
namespace {

using testing::Each;
using testing::HasSubstr;

constexpr std::size_t kChannels = 3;
constexpr double kRate = 1000.0;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// When frame `place` was taken; may have a fraction.
SteadyTime At(double place) {
  return SteadyTime(std::chrono::nanoseconds(std::llround(1e10 + place * 1e9 / kRate)));
}

std::vector<float> RandomFrames(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> frames(count * kChannels);
  for (float& value : frames) value = static_cast<float>(9.81 + random.Normal());
  return frames;
}

ConditionerOptions Plain() {
  return {.shape = {.channels = kChannels, .samples = 16}, .hop = 6, .rate_hz = kRate};
}

ConditionerOptions Full() {
  ConditionerOptions options = Plain();
  options.scale = 0.5;
  options.offset = -3.0;
  options.filter = FilterOptions{FilterKind::kLowPass, 3, 80};
  options.resample_hz = 400.0;
  return options;
}

// One that feeds what it is given, as frames of a stream from At(0) on.
class Feed {
 public:
  explicit Feed(const ConditionerOptions& options) : conditioner_(*Conditioner::Make(options)) {}

  void Push(std::span<const float> frames) {
    place_ += static_cast<double>(frames.size() / kChannels);
    conditioner_.Push(frames, At(place_ - 1), KeepIn(windows));
  }
  void Gap(std::uint64_t frames) {
    place_ += static_cast<double>(frames);
    conditioner_.Gap(frames, KeepIn(windows));
  }
  void Restart() { conditioner_.Restart(); }
  ConditionerCounts counts() const { return conditioner_.counts(); }

  std::vector<CutWindow> windows;

 private:
  Conditioner conditioner_;
  double place_ = 0;
};

std::vector<std::vector<float>> Values(const std::vector<CutWindow>& windows) {
  std::vector<std::vector<float>> values;
  for (const CutWindow& window : windows) values.push_back(window.values);
  return values;
}

void ExpectSame(const std::vector<CutWindow>& found, const std::vector<CutWindow>& expected) {
  ASSERT_EQ(Values(found), Values(expected));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto apart = found[i].at - expected[i].at;
    EXPECT_LE(std::abs(apart.count()), 2) << "nanoseconds, window " << i;
  }
}

TEST(ConditionerTest, JoinsItsStepsInOrder) {
  const std::vector<float> frames = RandomFrames(500, 1);
  Feed feed(Full());
  feed.Push(frames);

  std::vector<double> values(frames.begin(), frames.end());
  for (double& value : values) value = value * 0.5 - 3.0;
  Biquads::MakeButterworth(*Full().filter, kRate, kChannels)->Filter(values);
  std::vector<double> resampled;
  Resampler::Make(kRate, 400, kChannels)->Push(values, resampled);
  const std::vector<float> conditioned(resampled.begin(), resampled.end());
  std::vector<CutWindow> expected;
  WindowCutter::Make({.shape = Full().shape, .hop = 6, .rate_hz = 400})
      ->Push(conditioned, At(2.5 * static_cast<double>(conditioned.size() / kChannels - 1)),
             KeepIn(expected));
  EXPECT_GT(expected.size(), 20U);
  ExpectSame(feed.windows, expected);
}

TEST(ConditionerTest, PiecesMakeNoDifference) {
  const std::vector<float> frames = RandomFrames(1500, 2);
  for (const ConditionerOptions& options : {Plain(), Full()}) {
    Feed whole(options);
    whole.Push(frames);
    for (const std::size_t most : {1, 10, 700}) {
      Feed pieces(options);
      Random random(most);
      InPieces(1500, most, random, [&](std::size_t begin, std::size_t end) {
        pieces.Push(std::span(frames).subspan(begin * kChannels, (end - begin) * kChannels));
      });
      ExpectSame(pieces.windows, whole.windows);
    }
  }
}

// Whatever is filtered or resampled: what comes behind a gap is that of a new stream.
TEST(ConditionerTest, NothingFromBeforeAGapIsInAWindowBehindIt) {
  for (ConditionerOptions options : {Plain(), Full()}) {
    for (const OnGap on_gap : {OnGap::kRestart, OnGap::kFill}) {
      options.on_gap = on_gap;
      Feed feed(options);
      feed.Push(RandomFrames(333, 3));
      feed.Gap(5000);  // longer than a window
      feed.windows.clear();
      feed.Push(RandomFrames(300, 4));
      Feed anew(options);
      anew.Push(RandomFrames(300, 4));
      EXPECT_EQ(Values(feed.windows), Values(anew.windows));
      EXPECT_FALSE(feed.windows.empty());
    }
  }
}

TEST(ConditionerTest, FillsAShortGapBeforeAllSteps) {
  ConditionerOptions options = Full();
  options.on_gap = OnGap::kFill;
  const std::vector<float> before = RandomFrames(200, 5);
  const std::vector<float> behind = RandomFrames(200, 6);
  Feed gap(options);
  gap.Push(before);
  gap.Gap(30);  // of 40 that are a window
  gap.Push(behind);
  Feed told(options);
  told.Push(before);
  for (int i = 0; i < 30; ++i) told.Push(std::span(before).last(kChannels));
  told.Push(behind);
  ExpectSame(gap.windows, told.windows);
  EXPECT_EQ(gap.counts().stream.filled_frames, 30U);
  EXPECT_EQ(gap.counts().stream.gaps, 1U);
}

TEST(ConditionerTest, AsTheCutterWhereThereIsNothingToDo) {
  for (const OnGap on_gap : {OnGap::kRestart, OnGap::kFill, OnGap::kDrop}) {
    ConditionerOptions options = Plain();
    options.on_gap = on_gap;
    Feed feed(options);
    WindowCutter cutter = *WindowCutter::Make(
        {.shape = options.shape, .hop = options.hop, .on_gap = on_gap, .rate_hz = kRate});
    std::vector<CutWindow> expected;
    Random random(7);
    double place = 0;
    for (std::uint64_t i = 0; i < 200; ++i) {
      const std::vector<float> frames = RandomFrames(1 + random.Below(30), i);
      place += static_cast<double>(frames.size() / kChannels);
      feed.Push(frames);
      cutter.Push(frames, At(place - 1), KeepIn(expected));
      const std::uint64_t missing = random.Below(4) == 0 ? random.Below(25) : 0;
      place += static_cast<double>(missing);
      feed.Gap(missing);
      cutter.Gap(missing, KeepIn(expected));
    }
    ExpectSame(feed.windows, expected);
    const WindowCounts counts = feed.counts().stream;
    EXPECT_EQ(counts.windows, cutter.counts().windows);
    EXPECT_EQ(counts.frames, cutter.counts().frames);
    EXPECT_EQ(counts.gaps, cutter.counts().gaps);
    EXPECT_EQ(counts.missing_frames, cutter.counts().missing_frames);
    EXPECT_EQ(counts.filled_frames, cutter.counts().filled_frames);
    EXPECT_EQ(counts.frames_left_out, cutter.counts().frames_left_out);
    EXPECT_EQ(counts.windows_left_out, cutter.counts().windows_left_out);
  }
}

// Also behind a resampler, which begins anew at a gap: the windows stay on the grid, to half a
// frame for each gap, and none reaches over one.
TEST(ConditionerTest, DropKeepsTheGridOfTheWindows) {
  ConditionerOptions options = Full();
  options.on_gap = OnGap::kDrop;
  for (std::uint64_t missing = 1; missing < 200; missing += 7) {
    Feed feed(options);
    feed.Push(RandomFrames(300, 8));
    const std::size_t before = feed.windows.size();
    feed.Gap(missing);
    feed.Push(RandomFrames(300, 9));
    ASSERT_GT(feed.windows.size(), before);
    for (std::size_t i = 0; i < feed.windows.size(); ++i) {
      const double end = std::chrono::duration<double>(feed.windows[i].at - At(0)).count() * 400.0;
      const double place = (end - 15) / 6;  // of the first window it is 0
      ASSERT_NEAR(place, std::round(place), i < before ? 1e-6 : 0.5001 / 6) << "window " << i;
      const double begin = end - 15;
      const double gap_end = (300 + static_cast<double>(missing)) * 0.4;
      ASSERT_TRUE(i < before ? end < 300 * 0.4 : begin > gap_end - 1e-6)
          << missing << " missing, window " << i;
    }
  }
}

TEST(ConditionerTest, AFrameWithoutAValueIsMissing) {
  for (const float bad : {kNan, std::numeric_limits<float>::infinity()}) {
    for (const OnGap on_gap : {OnGap::kRestart, OnGap::kFill, OnGap::kDrop}) {
      ConditionerOptions options = Full();
      options.on_gap = on_gap;
      std::vector<float> frames = RandomFrames(400, 10);
      Feed gap(options);
      gap.Push(std::span(frames).first(150 * kChannels));
      gap.Gap(2);
      gap.Push(std::span(frames).subspan(152 * kChannels));
      frames[150 * kChannels + 1] = bad;
      frames[151 * kChannels + 2] = -bad;
      Feed feed(options);
      feed.Push(frames);
      ExpectSame(feed.windows, gap.windows);
      EXPECT_FALSE(feed.windows.empty());
      EXPECT_EQ(feed.counts().invalid_frames, 2U);
      EXPECT_EQ(feed.counts().stream.missing_frames, 2U);
      EXPECT_EQ(feed.counts().stream.gaps, 1U);
      EXPECT_EQ(feed.counts().stream.frames, 398U);
    }
  }
}

TEST(ConditionerTest, NothingButInvalidFramesGivesNoWindow) {
  Feed feed(Full());
  feed.Push(std::vector<float>(400 * kChannels, kNan));
  EXPECT_TRUE(feed.windows.empty());
  EXPECT_EQ(feed.counts().invalid_frames, 400U);
}

TEST(ConditionerTest, SettlesAtTheStartAndBehindAGap) {
  ConditionerOptions options = Plain();
  options.filter = FilterOptions{FilterKind::kHighPass, 2, 1};
  const std::vector<float> gravity(100 * kChannels, 9.81F);
  Feed rings(options);
  rings.Push(gravity);
  EXPECT_NEAR(rings.windows.front().values.front(), 9.8F, 0.1F);
  options.settle_filter = true;
  Feed settles(options);
  settles.Push(gravity);
  settles.Gap(1);
  settles.Push(gravity);
  EXPECT_EQ(settles.windows.size(), 30U);
  for (const CutWindow& window : settles.windows) {
    EXPECT_THAT(window.values, Each(testing::FloatNear(0.0F, 1e-6F)));
  }
}

TEST(ConditionerTest, StaysWithinFloats) {
  ConditionerOptions options = Plain();
  options.scale = -1e30;
  Feed feed(options);
  feed.Push(std::vector<float>(20 * kChannels, 1e30F));
  ASSERT_FALSE(feed.windows.empty());
  EXPECT_THAT(feed.windows[0].values, Each(-std::numeric_limits<float>::max()));
}

TEST(ConditionerTest, BeginsAnewWhenItIsToldSo) {
  Feed feed(Full());
  feed.Push(RandomFrames(333, 3));
  feed.Restart();
  feed.windows.clear();
  feed.Push(RandomFrames(300, 4));
  Feed anew(Full());
  anew.Push(RandomFrames(300, 4));
  EXPECT_EQ(Values(feed.windows), Values(anew.windows));
  EXPECT_EQ(feed.counts().stream.gaps, 0U);
}

std::string Problem(const ConditionerOptions& options) {
  const auto made = Conditioner::Make(options);
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(made.status().message());
}

TEST(ConditionerTest, SaysWhatIsWrong) {
  ConditionerOptions options = Full();
  options.rate_hz = 0.0;
  EXPECT_THAT(Problem(options), HasSubstr("give the sensor's rate_hz"));
  options = Full();
  options.scale = 0.0;
  EXPECT_THAT(Problem(options), HasSubstr("a scale of 0"));
  options = Full();
  options.offset = std::numeric_limits<double>::infinity();
  EXPECT_THAT(Problem(options), HasSubstr("an offset of inf"));
  options = Full();
  options.hop = 0;
  EXPECT_THAT(Problem(options), HasSubstr("a hop of 0"));
  options = Full();
  options.filter->cutoff_hz = 500;
  EXPECT_THAT(Problem(options), HasSubstr("a cut-off of 500 Hz"));
  options = Full();
  options.resample_hz = 999.9;
  EXPECT_THAT(Problem(options), HasSubstr("too fine"));
}

}  // namespace
}  // namespace biglittle
