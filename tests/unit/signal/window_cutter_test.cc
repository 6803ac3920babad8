#include "signal/window_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/random.h"
#include "tests/unit/signal/cut_windows.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

constexpr double kRate = 1000.0;

// When the place `index` of the stream was taken; missing frames have places too.
SteadyTime At(std::size_t index) { return SteadyTime(Milliseconds(1000 + index)); }
float Value(std::size_t index, std::size_t channel) {
  return static_cast<float>(10 * index + channel);
}

WindowCutter Make(const WindowOptions& options) {
  auto made = WindowCutter::Make(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

// A stream, and what the contract makes of it, said in the most simple way: the places of a stream
// hold the index of the frame that is there, or nothing.
class Stream {
 public:
  Stream(const WindowOptions& options, WindowCutter& cutter) : options_(options), cutter_(cutter) {}

  void Push(std::size_t count) {
    const std::size_t channels = options_.shape.channels;
    std::vector<float> frames;
    for (std::size_t i = 0; i < count; ++i) {
      places_.push_back(places_.size());
      for (std::size_t channel = 0; channel < channels; ++channel) {
        frames.push_back(Value(places_.size() - 1, channel));
      }
    }
    cutter_.Push(frames, At(places_.size() - 1), KeepIn(found_));
  }
  void Gap(std::size_t count) {
    places_.resize(places_.size() + count);
    cutter_.Gap(count, KeepIn(found_));
  }

  std::vector<CutWindow> Expected() {
    if (options_.on_gap == OnGap::kFill) FillPlaces();
    std::size_t start = NextFrame(0);
    while (start + options_.shape.samples <= places_.size()) {
      const std::optional<std::size_t> missing = FirstMissing(start);
      if (!missing) {
        expected_.push_back(Window(start));
        start += options_.hop;
      } else if (options_.on_gap == OnGap::kDrop) {
        start += options_.hop;
      } else {
        start = NextFrame(*missing);
        continue;
      }
      // A gap between two windows, too, begins the grid anew.
      if (options_.on_gap == OnGap::kDrop) continue;
      for (std::size_t i = start - options_.hop; i < std::min(start, places_.size()); ++i) {
        if (!places_[i]) start = NextFrame(i);
      }
    }
    return expected_;
  }
  // How many windows of the grid that begin before the end have a missing frame.
  std::size_t WindowsWithAGap() const {
    std::size_t count = 0;
    for (std::size_t start = NextFrame(0); start < places_.size(); start += options_.hop) {
      if (FirstMissing(start)) ++count;
    }
    return count;
  }
  const std::vector<CutWindow>& found() const { return found_; }
  // Places that are in a window.
  std::size_t Covered() const { return covered_.size(); }

 private:
  void FillPlaces() {
    for (std::size_t i = NextFrame(0); i < places_.size();) {
      const std::size_t end = NextFrame(i);
      if (end - i <= options_.shape.samples) {
        std::fill(places_.begin() + static_cast<std::ptrdiff_t>(i),
                  places_.begin() + static_cast<std::ptrdiff_t>(end), places_[i == 0 ? 0 : i - 1]);
      }
      i = end + 1;
    }
  }
  std::size_t NextFrame(std::size_t place) const {
    while (place < places_.size() && !places_[place]) ++place;
    return place;
  }
  std::optional<std::size_t> FirstMissing(std::size_t start) const {
    const std::size_t end = std::min(places_.size(), start + options_.shape.samples);
    for (std::size_t i = start; i < end; ++i) {
      if (!places_[i]) return i;
    }
    return std::nullopt;
  }
  CutWindow Window(std::size_t start) {
    const auto& [channels, samples, layout] = options_.shape;
    CutWindow window{std::vector<float>(channels * samples), At(start + samples - 1)};
    for (std::size_t i = 0; i < samples; ++i) {
      covered_.insert(start + i);
      for (std::size_t channel = 0; channel < channels; ++channel) {
        const std::size_t place =
            layout == WindowLayout::kPlanar ? channel * samples + i : i * channels + channel;
        window.values[place] = Value(*places_[start + i], channel);
      }
    }
    return window;
  }

  WindowOptions options_;
  WindowCutter& cutter_;
  std::vector<std::optional<std::size_t>> places_;
  std::vector<CutWindow> found_, expected_;
  std::set<std::size_t> covered_;
};

WindowOptions RandomOptions(OnGap on_gap, Random& random) {
  return {.shape = {.channels = static_cast<std::size_t>(1 + random.Below(3)),
                    .samples = static_cast<std::size_t>(1 + random.Below(8)),
                    .layout = random.Below(2) ? WindowLayout::kPlanar : WindowLayout::kInterleaved},
          .hop = static_cast<std::size_t>(1 + random.Below(12)),
          .on_gap = on_gap,
          .rate_hz = kRate};
}

class CutterTest : public testing::TestWithParam<OnGap> {};

TEST_P(CutterTest, CutsAnyStreamAsTheContractSays) {
  std::size_t windows = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    const WindowOptions options = RandomOptions(GetParam(), random);
    WindowCutter cutter = Make(options);
    Stream stream(options, cutter);
    for (std::uint64_t steps = random.Below(12); steps > 0; --steps) {
      if (random.Below(3) == 0) stream.Gap(random.Below(2 * options.shape.samples));
      stream.Push(1 + random.Below(15));
    }
    if (random.Below(2)) stream.Gap(random.Below(2 * options.shape.samples));
    const std::vector<CutWindow> expected = stream.Expected();
    ASSERT_EQ(stream.found(), expected) << "seed " << seed;
    windows += expected.size();

    // Each frame is somewhere.
    cutter.Restart();
    const WindowCounts& counts = cutter.counts();
    ASSERT_EQ(counts.windows, expected.size());
    if (options.hop <= options.shape.samples) {
      ASSERT_EQ(counts.frames + counts.filled_frames, stream.Covered() + counts.frames_left_out)
          << "seed " << seed;
    }
    ASSERT_EQ(counts.windows_left_out, GetParam() == OnGap::kDrop ? stream.WindowsWithAGap() : 0)
        << "seed " << seed;
  }
  EXPECT_GT(windows, 10'000U);
}

std::string NameOf(const testing::TestParamInfo<OnGap>& test) {
  const std::vector<std::string> names{"Restart", "Fill", "Drop"};
  return names[static_cast<std::size_t>(test.param)];
}

INSTANTIATE_TEST_SUITE_P(Modes, CutterTest,
                         testing::Values(OnGap::kRestart, OnGap::kFill, OnGap::kDrop), NameOf);

WindowOptions Plain(OnGap on_gap) {
  return {.shape = {.channels = 1, .samples = 4}, .hop = 2, .on_gap = on_gap, .rate_hz = kRate};
}

TEST(WindowCutterTest, GivesWindowsTheirTimesInsideABlock) {
  WindowCutter cutter = Make(Plain(OnGap::kRestart));
  std::vector<CutWindow> windows;
  cutter.Push(std::vector<float>{0, 1, 2, 3, 4, 5, 6}, At(6), KeepIn(windows));
  EXPECT_EQ(windows, (std::vector<CutWindow>{{{0, 1, 2, 3}, At(3)}, {{2, 3, 4, 5}, At(5)}}));
}

TEST(WindowCutterTest, WithoutARateAWindowHasTheTimeOfItsBlock) {
  WindowOptions options = Plain(OnGap::kRestart);
  options.rate_hz = 0.0;
  WindowCutter cutter = Make(options);
  std::vector<CutWindow> windows;
  cutter.Push(std::vector<float>{0, 1, 2, 3, 4}, At(9), KeepIn(windows));
  EXPECT_EQ(windows, (std::vector<CutWindow>{{{0, 1, 2, 3}, At(9)}}));
}

TEST(WindowCutterTest, GapsWithoutAFrameBetweenThemAreOneToFill) {
  WindowCutter cutter = Make(Plain(OnGap::kFill));
  std::vector<CutWindow> windows;
  cutter.Push(std::vector<float>{1, 2}, At(1), KeepIn(windows));
  cutter.Gap(1, KeepIn(windows));
  cutter.Gap(2, KeepIn(windows));
  EXPECT_EQ(windows, (std::vector<CutWindow>{{{1, 2, 2, 2}, At(3)}}));
  cutter.Gap(2, KeepIn(windows));  // 5 of them are more than a window
  cutter.Gap(1, KeepIn(windows));
  cutter.Push(std::vector<float>{7, 8, 9, 10}, At(20), KeepIn(windows));
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_EQ(windows.back(), (CutWindow{{7, 8, 9, 10}, At(20)}));
  EXPECT_EQ(cutter.counts().filled_frames, 3U);
  EXPECT_EQ(cutter.counts().missing_frames, 6U);
  EXPECT_EQ(cutter.counts().gaps, 4U);
}

TEST(WindowCutterTest, TakesGapsOfAnyLength) {
  for (const OnGap on_gap : {OnGap::kRestart, OnGap::kFill, OnGap::kDrop}) {
    WindowCutter cutter = Make(Plain(on_gap));
    std::vector<CutWindow> windows;
    cutter.Push(std::vector<float>{1}, At(0), KeepIn(windows));
    cutter.Gap(std::numeric_limits<std::uint64_t>::max(), KeepIn(windows));
    cutter.Push(std::vector<float>(10, 5.0F), At(20), KeepIn(windows));
    EXPECT_GE(windows.size(), 3U);
    EXPECT_EQ(windows.front().values, std::vector<float>(4, 5.0F));
  }
}

TEST(WindowCutterTest, LooksAtWholeFramesOnly) {
  WindowCutter cutter = Make({.shape = {.channels = 2, .samples = 1}, .hop = 1, .rate_hz = kRate});
  std::vector<CutWindow> windows;
  cutter.Push(std::vector<float>{1, 2, 3}, At(0), KeepIn(windows));
  cutter.Push(std::vector<float>{4}, At(1), KeepIn(windows));
  EXPECT_EQ(windows, (std::vector<CutWindow>{{{1, 2}, At(0)}}));
}

std::string Problem(const WindowOptions& options) {
  const auto made = WindowCutter::Make(options);
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(made.status().message());
}

// An image, each of whose values is a channel.
TEST(WindowCutterTest, TakesManyChannels) {
  EXPECT_TRUE(
      WindowCutter::Make({.shape = {.channels = 3 * 224 * 224, .samples = 1}, .hop = 1}).ok());
}

TEST(WindowCutterTest, SaysWhatIsWrong) {
  EXPECT_THAT(Problem({.shape = {.channels = 0, .samples = 4}, .hop = 1}), HasSubstr("0 channels"));
  EXPECT_THAT(Problem({.shape = {.channels = 3, .samples = 0}, .hop = 1}), HasSubstr("0 samples"));
  EXPECT_THAT(Problem({.shape = {.channels = (1U << 26U) + 1, .samples = 1}, .hop = 1}),
              HasSubstr("1 to 67108864 values"));
  EXPECT_THAT(Problem({.shape = {.channels = 1024, .samples = 65'537}, .hop = 1}),
              HasSubstr("1 to 67108864 values"));
  EXPECT_THAT(Problem({.shape = {.samples = 4}, .hop = 0}),
              HasSubstr("a hop of 0 samples is not between 1"));
  EXPECT_THAT(Problem({.shape = {.samples = 4}, .hop = 1, .rate_hz = -1}),
              HasSubstr("a rate of -1 Hz"));
  EXPECT_THAT(
      Problem(
          {.shape = {.samples = 4}, .hop = 1, .rate_hz = std::numeric_limits<double>::quiet_NaN()}),
      HasSubstr("a rate of nan Hz"));
}

}  // namespace
}  // namespace biglittle
