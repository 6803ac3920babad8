#include "device_agent/sources/replay/replay_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "device_agent/sources/source_registry.h"
#include "device_agent/sources/vibration/vibration_options.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/device_agent/data_bytes.h"

namespace biglittle {
namespace {

// A task of 1x2 bytes and a file of five windows "aA", "bB", ... whose labels are 0, 1, 2, 0, 1.
class ReplayFile : public ::testing::Test {
 protected:
  ReplayFile() {
    task_.name = "letters";
    task_.labels = {"x", "y", "z"};
    task_.input_dtype = DType::kUint8;
    task_.input_shape = {1, 2};
    config_.windows = folder_.Write("windows", IdxText({5, 2}, "aAbBcCdDeE"));
  }

  // The first letters of all readings, "+" and the class where it is known; at most 20.
  std::string Letters(const SourceConfig& source) {
    auto made = MakePolledSource(source, task_);
    if (!made.ok()) return std::string(made.status().message());
    std::string letters;
    for (int i = 0; i < 20; ++i) {
      const auto sample = (*made)->Next();
      EXPECT_TRUE(sample.ok()) << sample.status();
      if (!sample.ok() || !sample->has_value()) break;
      const Tensor& window = (*sample)->window;
      EXPECT_EQ(window.dtype, DType::kUint8);
      EXPECT_EQ(window.shape, (Shape{1, 2}));
      EXPECT_EQ(window.data.size(), 2U);
      letters.push_back(std::to_integer<char>(window.data.at(0)));
      EXPECT_EQ(std::to_integer<char>(window.data.at(1)), letters.back() - 'a' + 'A');
      if ((*sample)->truth) letters += std::to_string(*(*sample)->truth);
    }
    return letters;
  }
  std::string Letters() { return Letters(Source()); }
  std::string Letters(std::uint64_t readings) { return Letters(Source(readings)); }
  SourceConfig Source(std::optional<std::uint64_t> readings = std::nullopt) const {
    SourceConfig source = AsSourceConfig(config_);
    source.readings = readings;
    return source;
  }

  TemporaryFolder folder_;
  Task task_;
  ReplaySource config_;
};

TEST_F(ReplayFile, GoesThroughOnce) { EXPECT_EQ(Letters(), "abcde"); }

TEST_F(ReplayFile, GivesAsManyReadingsAsAreAskedFor) {
  EXPECT_EQ(Letters(2), "ab");
  EXPECT_EQ(Letters(5), "abcde");
  EXPECT_EQ(Letters(12), "abcdeabcdeab");
}

TEST_F(ReplayFile, StaysAtItsEnd) {
  auto source = MakePolledSource(Source(1), task_);
  ASSERT_TRUE(source.ok());
  EXPECT_TRUE((*source)->Next()->has_value());
  EXPECT_FALSE((*source)->Next()->has_value());
  EXPECT_FALSE((*source)->Next()->has_value());
}

TEST_F(ReplayFile, StartsAndStrides) {
  config_.start = 1;
  EXPECT_EQ(Letters(), "bcde");
  config_.stride = 2;
  EXPECT_EQ(Letters(), "bd");
  EXPECT_EQ(Letters(5), "bdbdb");  // a further pass begins at start
  config_.stride = 5;
  EXPECT_EQ(Letters(3), "bbb");
  config_.stride = ~std::uint64_t{0};
  EXPECT_EQ(Letters(3), "bbb");
}

TEST_F(ReplayFile, ShufflesTheSameWayEachTime) {
  config_.shuffle_seed = 3;
  const std::string letters = Letters();
  EXPECT_EQ(letters, Letters());
  std::string sorted = letters;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, "abcde");
  bool differs = false;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    config_.shuffle_seed = seed;
    differs = differs || Letters() != letters;
  }
  EXPECT_TRUE(differs);
}

TEST_F(ReplayFile, CarriesTheTruth) {
  config_.labels = folder_.Write("labels", IdxText({5}, std::string("\0\1\2\0\1", 5)));
  EXPECT_EQ(Letters(), "a0b1c2d0e1");
  config_.stride = 2;
  EXPECT_EQ(Letters(), "a0c2e1");
  // The truth moves with its window.
  config_.stride = 1;
  config_.shuffle_seed = 1;
  const std::string shuffled = Letters();
  ASSERT_EQ(shuffled.size(), 10U);
  for (std::size_t i = 0; i < shuffled.size(); i += 2) {
    EXPECT_EQ((shuffled[i] - 'a') % 3, shuffled[i + 1] - '0') << shuffled;
  }
}

TEST_F(ReplayFile, RefusesWindowsOfAnotherTask) {
  const std::string path = config_.windows.string();
  task_.input_shape = {3};
  EXPECT_EQ(Letters(), path + ": windows are 2 of uint8, task letters takes 3 of uint8");
  task_.input_shape = {2};
  task_.input_dtype = DType::kInt16;
  EXPECT_EQ(Letters(), path + ": windows are 2 of uint8, task letters takes 2 of int16");
}

TEST_F(ReplayFile, TakesFlatWindowsAndThoseWithDimensionsOfOne) {
  config_.windows = folder_.Write("column", IdxText({5, 2, 1}, "aAbBcCdDeE"));
  EXPECT_EQ(Letters(), "abcde");
  task_.input_shape = {2, 1};
  config_.windows = folder_.Write("row", IdxText({5, 1, 1, 2}, "aAbBcCdDeE"));
  const auto made = MakePolledSource(Source(), task_);
  EXPECT_TRUE(made.ok()) << made.status();
}

TEST_F(ReplayFile, RefusesWindowsWhoseAxesAreExchanged) {
  task_.input_shape = {2, 3};
  config_.windows = folder_.Write("exchanged", IdxText({1, 3, 2}, "abcdef"));
  EXPECT_EQ(Letters(), config_.windows.string() +
                           ": windows are 3x2 of uint8, task letters takes 2x3 of uint8: its axes "
                           "are exchanged; mend it with numpy's array.transpose(0, 2, 1)");
  config_.windows = folder_.Write("flat", IdxText({1, 6}, "abcdef"));
  EXPECT_TRUE(MakePolledSource(Source(), task_).ok());
  task_.input_shape = {6};
  config_.windows = folder_.Write("exchanged", IdxText({1, 3, 2}, "abcdef"));
  EXPECT_EQ(Letters(),
            config_.windows.string() + ": windows are 3x2 of uint8, task letters takes 6 of uint8");
}

TEST_F(ReplayFile, RefusesAStartBeyondTheEnd) {
  config_.start = 5;
  EXPECT_EQ(Letters(), config_.windows.string() +
                           ": has 5 windows, so 'start' (for a template's copy: start plus its "
                           "number) must be at most 4, not 5");
}

TEST_F(ReplayFile, RefusesLabelsThatDoNotFit) {
  config_.labels = folder_.Write("labels", IdxText({4}, std::string(4, '\0')));
  EXPECT_EQ(Letters(), config_.labels->string() +
                           ": labels of shape 4 do not fit 5 windows; one integer a window is "
                           "needed");
  folder_.Write("labels", IdxText({5}, std::string("\0\1\2\0\3", 5)));
  EXPECT_EQ(Letters(), config_.labels->string() +
                           ": label 3 of window 4 is not a class of the task, which has 0 to 2");
}

TEST_F(ReplayFile, SaysWhichFileIsMissing) {
  config_.windows = folder_.path() / "none";
  EXPECT_EQ(Letters(), config_.windows.string() + ": no such file");
}

TEST_F(ReplayFile, DevicesShareTheirFiles) {
  SourceShares shares;
  ASSERT_TRUE(MakeSource(Source(), task_, shares).ok());
  std::filesystem::remove(config_.windows);
  auto second = MakeSource(Source(), task_, shares);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(std::get<std::unique_ptr<PolledSource>>(*second)->Next()->has_value());
}

TEST_F(ReplayFile, TheSimulatedAccelerometerDoesNotFitThisTask) {
  const auto source = MakePolledSource(AsSourceConfig(VibrationSource{}), task_);
  EXPECT_EQ(std::string(source.status().message()),
            "the simulated accelerometer delivers windows of 3x1024 of float32 for the labels of "
            "the task 'vibration', which do not fit task letters (1x2 of uint8); use a source of "
            "type replay");
}

}  // namespace
}  // namespace biglittle
