// ALSA itself, with devices that are files. They are always ready, and behind the end of the file
// comes silence for ever.
#include "device_agent/sources/alsa/alsa_capture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "device_agent/sources/alsa/alsa_kind.h"
#include "tests/support/eventually.h"
#include "tests/support/kept_samples.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint32_t kRate = 16'000;

std::vector<std::int16_t> CountUp(std::size_t count) {
  std::vector<std::int16_t> samples(count);
  std::iota(samples.begin(), samples.end(), std::int16_t{-3});
  return samples;
}

Task Sounds(Shape shape) {
  Task task;
  task.name = "sounds";
  task.input_shape = std::move(shape);
  task.input_dtype = DType::kFloat32;
  task.input_rate_hz = kRate;
  return task;
}

// Keeps the first windows only, of a device that gives them as fast as it can. Thread-safe.
class FirstWindows final : public SampleInbox {
 public:
  void Put(Sample sample, SteadyTime) override {
    const std::lock_guard lock(mutex_);
    if (kept_.size() < most_) kept_.push_back(std::move(sample));
  }
  bool full() const override { return false; }
  void Gap(std::uint64_t) override { ADD_FAILURE() << "a gap"; }
  void Refuse(std::string_view, const std::string& what) override { ADD_FAILURE() << what; }
  void Spare() override {}
  void Fail(absl::Status why) override { ADD_FAILURE() << why; }
  void End() override { ADD_FAILURE() << "the end"; }

  // From now on.
  void Expect(std::size_t windows) {
    const std::lock_guard lock(mutex_);
    kept_.clear();
    most_ = windows;
  }
  bool are_there() const {
    const std::lock_guard lock(mutex_);
    return kept_.size() == most_;
  }
  std::vector<float> Values(std::size_t window) const {
    const std::lock_guard lock(mutex_);
    return ValuesOf<float>(kept_.at(window));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Sample> kept_;
  std::size_t most_ = 0;
};

class AlsaCaptureTest : public ::testing::Test {
 protected:
  // The names of devices: mic captures `samples`, wide only at 44.1 kHz and with 2 channels.
  explicit AlsaCaptureTest(const std::vector<std::int16_t>& samples = CountUp(10)) {
    const auto bytes = std::as_bytes(std::span(samples));
    const auto sound =
        folder_.Write("sound.raw", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    const std::string mic = fmt::format(
        "pcm.mic {{\n  type file\n  file /dev/null\n  infile {}\n  format raw\n"
        "  slave.pcm {{ type null }}\n}}\n",
        sound.string());
    const std::string wide =
        "pcm.wide {\n  type plug\n  slave { pcm { type null } rate 44100 channels 2 }\n"
        "  route_policy none\n}\n";
    const auto config = folder_.Write("asound.conf", mic + wide);
    setenv("ALSA_CONFIG_PATH", config.c_str(), 1);
  }
  ~AlsaCaptureTest() override { unsetenv("ALSA_CONFIG_PATH"); }

  static std::unique_ptr<LiveSource> Source(const AlsaOptions& options, const Task& task) {
    SourceConfig config;
    config.type = kAlsaType;
    config.options = std::make_shared<const OptionsOf<AlsaOptions>>(options);
    SourceShares shares;
    auto source = AlsaKind().Make(config, task, shares);
    EXPECT_TRUE(source.ok()) << source.status();
    return std::get<std::unique_ptr<LiveSource>>(*std::move(source));
  }
  static AlsaOptions Options(std::string device, std::uint32_t channels = 1) {
    AlsaOptions options;
    options.device = std::move(device);
    options.channels = channels;
    options.rate_hz = kRate;
    return options;
  }
  std::string WhyNotOpened(const CaptureLine& line) {
    AlsaCapture capture(line);
    const absl::Status opened = capture.Open();
    EXPECT_TRUE(absl::IsUnavailable(opened)) << opened;
    capture.Close();
    return std::string(opened.message());
  }

  void Run(LiveSource& source, std::size_t windows) {
    inbox_.Expect(windows);
    const absl::Status started = source.Start(inbox_);
    ASSERT_TRUE(started.ok()) << started;
    EXPECT_TRUE(Eventually([&] { return inbox_.are_there(); }));
    source.Stop();
  }

  const TemporaryFolder folder_;
  FirstWindows inbox_;
};

TEST_F(AlsaCaptureTest, WindowsAreTheSamplesOfTheFile) {
  Run(*Source(Options("mic"), Sounds({5})), 2);
  EXPECT_THAT(inbox_.Values(0), ElementsAre(-3, -2, -1, 0, 1));
  EXPECT_THAT(inbox_.Values(1), ElementsAre(2, 3, 4, 5, 6));
}

TEST_F(AlsaCaptureTest, TwoChannelsStandSideBySide) {
  Run(*Source(Options("mic", 2), Sounds({2, 5})), 1);
  EXPECT_THAT(inbox_.Values(0), ElementsAre(-3, -1, 1, 3, 5, -2, 0, 2, 4, 6));
}

TEST_F(AlsaCaptureTest, BeginsAnew) {
  auto source = Source(Options("mic"), Sounds({4}));
  for (int start = 0; start < 3; ++start) {
    Run(*source, 2);
    EXPECT_THAT(inbox_.Values(1), ElementsAre(1, 2, 3, 4));
  }
}

// libasound's own words do not go to stderr.
TEST_F(AlsaCaptureTest, ADeviceThatThereIsNotIsSaid) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(WhyNotOpened({"no\x1bne", kRate, 1}),
            "the ALSA device 'no\\x1bne' is not there ('arecord -L' lists those that are): No such "
            "file or directory");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(AlsaCaptureTest, AFileThatThereIsNotIsSaid) {
  std::filesystem::remove(folder_.path() / "sound.raw");
  EXPECT_THAT(WhyNotOpened({"mic", kRate, 1}), HasSubstr("the ALSA device 'mic' "));
}

// ALSA would change the rate itself.
TEST_F(AlsaCaptureTest, AnotherRateIsSaidWithThoseThatThereAre) {
  EXPECT_EQ(WhyNotOpened({"wide", kRate, 2}),
            "the ALSA device 'wide' does not give 16000 Hz, but 44100 Hz: say one that it gives as "
            "'rate_hz', and 'resample: true' if the task's is another");
}

TEST_F(AlsaCaptureTest, OtherChannelsAreSaidWithThoseThatThereAre) {
  EXPECT_THAT(WhyNotOpened({"wide", 44'100, 20'000}),
              HasSubstr("the ALSA device 'wide' does not give 20000 channels, but "));
}

TEST_F(AlsaCaptureTest, TheRateOfTheTaskHolds) {
  AlsaOptions options = Options("mic");
  options.rate_hz = 8000;
  SourceConfig config;
  config.options = std::make_shared<const OptionsOf<AlsaOptions>>(options);
  SourceShares shares;
  EXPECT_THAT(std::string(AlsaKind().Make(config, Sounds({4}), shares).status().message()),
              HasSubstr("the source samples at 8000 Hz, task sounds was trained at 16000 Hz"));
}

class AlsaLongCaptureTest : public AlsaCaptureTest {
 protected:
  static constexpr std::size_t kSamples = 30'000;
  AlsaLongCaptureTest() : AlsaCaptureTest(CountUp(kSamples)) {}
};

// Many more than are read at once.
TEST_F(AlsaLongCaptureTest, NothingIsLostOrDoubled) {
  constexpr std::size_t kWindows = kSamples / 100;
  Run(*Source(Options("mic"), Sounds({100})), kWindows);
  float expected = -3;
  for (std::size_t window = 0; window < kWindows; ++window) {
    for (const float value : inbox_.Values(window)) ASSERT_EQ(value, expected++);
  }
}

}  // namespace
}  // namespace biglittle
