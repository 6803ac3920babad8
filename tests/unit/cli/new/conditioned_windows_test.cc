// What `new` makes of a recording is what a device makes of the same stream, bit for bit.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <memory>

#include "device_agent/sources/stream/stream_feed.h"
#include "tests/support/kept_samples.h"
#include "tests/unit/cli/new/new_fixture.h"
#include "tests/unit/cli/new/wav_bytes.h"

namespace biglittle {
namespace {

using testing::ElementsAreArray;

class ConditionedWindowsTest : public NewTest {
 protected:
  // Two channels of some hundred samples that no filter leaves as they are.
  static std::string Stream() {
    std::string lines;
    for (int i = 0; i < 500; ++i) {
      lines += fmt::format("{},{}\n", 3 + std::sin(0.3 * i), i % 7 - 0.1 * i);
    }
    return lines.insert(lines.find('\n', 2000) + 1, "nonsense\n");
  }
  // Of a device whose task has what `new` said, in pieces as they may come.
  std::vector<float> OfDevice(const StreamOptions& source, const Task& task) const {
    auto feed = StreamFeed::Make(source, task);
    EXPECT_TRUE(feed.ok()) << feed.status();
    if (!feed.ok()) return {};
    KeptSamples kept;
    (*feed)->Begin(kept, {});
    const std::string stream = Stream();
    for (std::size_t at = 0; at < stream.size(); at += 37) {
      EXPECT_TRUE((*feed)->OnBytes(std::string_view(stream).substr(at, 37), SteadyTime{}).ok());
    }
    std::vector<float> values;
    for (const Sample& sample : kept.Now().samples) {
      const std::vector<float> window = ValuesOf<float>(sample);
      values.insert(values.end(), window.begin(), window.end());
    }
    return values;
  }
  // What `new` makes of two classes of the same stream, of the first of them.
  std::vector<float> OfNew() {
    Put("a/1.csv", Stream());
    Put("b/1.csv", Stream());
    EXPECT_EQ(Run(), kExitDone) << err_.str();
    std::vector<float> values = Values<float>("X.npy");
    values.resize(values.size() / 2);
    return values;
  }
  Task TaskOf() const {
    Task task;
    task.name = "valve";
    task.input_shape = {2, 16};
    task.input_rate_hz = options_.cut.rate_hz;
    task.input_filter = options_.cut.filter;
    return task;
  }
  static StreamOptions Source() {
    StreamOptions options;
    options.format = CsvFormat{.columns = {"x", "y"}};
    options.window.hop = 5;
    return options;
  }
};

TEST_F(ConditionedWindowsTest, AFilterIsTheDevices) {
  options_.cut = {.samples = 16,
                  .hop = 5,
                  .rate_hz = 100.1F,
                  .filter = InputFilter{.type = FilterType::kHighPass, .order = 3, .hz = 0.7F}};
  const std::vector<float> made = OfNew();
  ASSERT_GT(made.size(), 2U * 16U * 60U);
  EXPECT_THAT(made, ElementsAreArray(OfDevice(Source(), TaskOf())));
  EXPECT_EQ(
      Text("input.json"),
      "{\"rate_hz\": 100.1, \"filter\": {\"type\": \"high_pass\", \"order\": 3, \"hz\": 0.7}}\n");
}

TEST_F(ConditionedWindowsTest, AFilterChangesTheWindows) {
  options_.cut = {.samples = 16, .hop = 5, .rate_hz = 100};
  const std::vector<float> plain = OfNew();
  EXPECT_EQ(Text("input.json"), "{\"rate_hz\": 100}\n");
  std::filesystem::remove_all(options_.out);
  options_.cut.filter =
      InputFilter{.type = FilterType::kBandPass, .order = 2, .low_hz = 1.0F, .high_hz = 30.0F};
  const std::vector<float> filtered = OfNew();
  EXPECT_EQ(filtered.size(), plain.size());
  EXPECT_NE(filtered, plain);
}

// Sound has 16 bits: filtered or brought to another rate it is no whole numbers any more.
TEST_F(ConditionedWindowsTest, AFilterAndAnotherRateAreTheDevices) {
  options_.cut = {.samples = 16,
                  .hop = 5,
                  .rate_hz = 750,
                  .resample = true,
                  .filter = InputFilter{.type = FilterType::kLowPass, .order = 4, .hz = 200.0F}};
  std::vector<std::uint32_t> sound;
  for (int i = 0; i < 900; ++i) {
    sound.push_back(static_cast<std::uint16_t>(i % 2 == 0 ? 900 * (i % 17) : -31 * i));
  }
  const std::string wav = WavBytes({.channels = 2, .rate_hz = 1000}, sound);
  Put("a/1.wav", wav);
  Put("b/1.wav", wav);
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  std::vector<float> made = Values<float>("X.npy");
  made.resize(made.size() / 2);

  StreamOptions source = Source();
  source.format = RawFormat{.dtype = RawType::kInt16, .channels = 2};
  source.rate_hz = 1000.0F;
  source.resample = true;
  auto feed = StreamFeed::Make(source, TaskOf());
  ASSERT_TRUE(feed.ok()) << feed.status();
  KeptSamples kept;
  (*feed)->Begin(kept, {});
  ASSERT_TRUE(
      (*feed)->OnBytes(std::string_view(wav).substr(wav.size() - 2 * sound.size()), {}).ok());
  std::vector<float> of_device;
  for (const Sample& sample : kept.Now().samples) {
    const std::vector<float> window = ValuesOf<float>(sample);
    of_device.insert(of_device.end(), window.begin(), window.end());
  }
  ASSERT_GT(made.size(), 2U * 16U * 50U);
  EXPECT_THAT(made, ElementsAreArray(of_device));
}

TEST_F(ConditionedWindowsTest, RefusesAFilterThatNoTaskMayHave) {
  Put("a/1.csv", Stream());
  Put("b/1.csv", Stream());
  options_.cut = {.samples = 16, .filter = InputFilter{.type = FilterType::kLowPass, .hz = 60.0F}};
  ExpectRefused("1.csv: it does not say its rate, so a filter means nothing: pass --rate-hz");
  options_.cut.rate_hz = 100;
  ExpectRefused("a filter's cut-off of 60 Hz must be below half of the windows' rate of 100 Hz");
  options_.cut.filter = InputFilter{.type = FilterType::kBandPass, .low_hz = 9.0F, .high_hz = 3.0F};
  ExpectRefused("--band-pass goes from the lower to the higher cut-off");
}

}  // namespace
}  // namespace biglittle
