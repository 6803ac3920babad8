// Devices of a test's folder, by way of what the kind makes of a fleet file.
#include "device_agent/sources/iio/iio_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "device_agent/intake/live_intake.h"
#include "tests/support/eventually.h"
#include "tests/support/kept_samples.h"
#include "tests/unit/device_agent/sources/iio/iio_tree.h"

namespace biglittle {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class IioKindTest : public ::testing::Test {
 protected:
  IioKindTest() {
    task_.name = "pump";
    task_.input_shape = {3, 2};
    task_.input_dtype = DType::kFloat32;
    options_.device = "adxl345";
    options_.channels = {"accel_z", "accel_x", "accel_y"};
    options_.sampling_frequency_hz = 100;
  }

  std::unique_ptr<LiveSource> Source() {
    auto source = MakeIioSource(options_, task_, tree_.places());
    EXPECT_TRUE(source.ok()) << source.status();
    return std::get<std::unique_ptr<LiveSource>>(*std::move(source));
  }
  std::string WhyNotMade() {
    const auto source = MakeIioSource(options_, task_, tree_.places());
    EXPECT_TRUE(absl::IsInvalidArgument(source.status())) << source.status();
    return std::string(source.status().message());
  }
  std::string WhyNotStarted() {
    auto source = Source();
    const absl::Status started = source->Start(inbox_);
    EXPECT_FALSE(started.ok());
    source->Stop();
    return std::string(started.message());
  }
  bool Comes(std::size_t windows) {
    return Eventually([&] { return inbox_.Now().samples.size() >= windows; });
  }
  bool Fails() {
    return Eventually([&] { return inbox_.Now().failure.has_value(); });
  }

  Task task_;
  IioOptions options_;
  IioTree tree_;
  KeptSamples inbox_;
};

class IioPolledTest : public IioKindTest {};

TEST_F(IioPolledTest, AsksForThePhysicalValueOfEachChannel) {
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  ASSERT_TRUE(Comes(1));
  source->Stop();
  EXPECT_THAT(ValuesOf<float>(inbox_.Now().samples[0]), ElementsAre(5.5, 5.5, 5, 5, 10, 10));
  EXPECT_EQ(tree_.Get("sampling_frequency"), "100");
  EXPECT_EQ(tree_.Get("buffer/enable"), "0");
}

TEST_F(IioPolledTest, TakesAnInputAsItIs) {
  tree_.Remove("in_accel_x_raw");
  tree_.Set("in_accel_x_input", "-7.25");
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  ASSERT_TRUE(Comes(1));
  source->Stop();
  EXPECT_EQ(ValuesOf<float>(inbox_.Now().samples[0])[2], -7.25);
}

TEST_F(IioPolledTest, AValueThatIsNoNumberIsAGap) {
  tree_.Set("in_accel_x_raw", "\x1b[2J");
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  ASSERT_TRUE(Eventually([&] { return !inbox_.Now().refusals.empty(); }));
  EXPECT_THAT(inbox_.Now().refusals[0], HasSubstr("in_accel_x_raw has '\\x1b[2J'"));
  tree_.Set("in_accel_x_raw", "4");
  ASSERT_TRUE(Comes(1));
  source->Stop();
  EXPECT_EQ(inbox_.Now().failure, std::nullopt);
}

TEST_F(IioPolledTest, UnpluggedItHasFailed) {
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  ASSERT_TRUE(Comes(1));
  tree_.Unplug();
  ASSERT_TRUE(Fails());
  source->Stop();
  EXPECT_THAT(std::string(inbox_.Now().failure->message()),
              AllOf(HasSubstr("'adxl345' (iio:device0)"), HasSubstr("cannot be read")));
}

TEST_F(IioPolledTest, AMissingChannelIsSaid) {
  options_.channels[1] = "accel_q";
  EXPECT_THAT(WhyNotStarted(), EndsWith("it has 'accel_x', 'accel_y', 'accel_z'"));
}

class IioBufferTest : public IioKindTest {
 protected:
  IioBufferTest() { options_.buffer_samples = 128; }
};

// x = 2, y = -1, z = 16; then the lowest and highest numbers of 13 bits.
constexpr std::string_view kScans("\x02\x00\xff\xff\x10\x00\x00\xf0\xff\x0f\x00\x00", 12);

TEST_F(IioBufferTest, ReadsScans) {
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  tree_.Feed(kScans);
  ASSERT_TRUE(Comes(1));
  source->Stop();
  EXPECT_THAT(ValuesOf<float>(inbox_.Now().samples[0]), ElementsAre(2, -2, 1, -2048, -0.5, 2047.5));
}

TEST_F(IioBufferTest, ScansMayComeInPieces) {
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  for (const char byte : kScans) tree_.Feed({&byte, 1});
  tree_.Feed(kScans);
  ASSERT_TRUE(Comes(2));
  source->Stop();
  EXPECT_EQ(ValuesOf<float>(inbox_.Now().samples[1]), ValuesOf<float>(inbox_.Now().samples[0]));
}

TEST_F(IioBufferTest, SetsTheDeviceUp) {
  tree_.Set("buffer/enable", "1");
  options_.channels = {"accel_z", "accel_x"};
  task_.input_shape = {2, 2};
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  EXPECT_EQ(tree_.Get("scan_elements/in_accel_x_en"), "1");
  EXPECT_EQ(tree_.Get("scan_elements/in_accel_y_en"), "0");
  EXPECT_EQ(tree_.Get("scan_elements/in_accel_z_en"), "1");
  EXPECT_EQ(tree_.Get("scan_elements/in_timestamp_en"), "0");
  EXPECT_EQ(tree_.Get("buffer/length"), "128");
  EXPECT_EQ(tree_.Get("sampling_frequency"), "100");
  EXPECT_EQ(tree_.Get("buffer/enable"), "1");
  source->Stop();
  EXPECT_EQ(tree_.Get("buffer/enable"), "0");
}

// Half a scan of before means nothing.
TEST_F(IioBufferTest, BeginsAnew) {
  auto source = Source();
  for (const std::size_t windows : {1U, 2U}) {
    ASSERT_TRUE(source->Start(inbox_).ok());
    tree_.Feed(kScans);
    tree_.Feed(std::string_view("\x00", 1));
    ASSERT_TRUE(Comes(windows));
    source->Stop();
    EXPECT_EQ(tree_.Get("buffer/enable"), "0");
    tree_.Drain();
  }
  EXPECT_EQ(ValuesOf<float>(inbox_.Now().samples[1]), ValuesOf<float>(inbox_.Now().samples[0]));
}

TEST_F(IioBufferTest, UnpluggedItHasFailed) {
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  tree_.Feed(kScans);
  ASSERT_TRUE(Comes(1));
  tree_.Unplug();
  ASSERT_TRUE(Fails());
  source->Stop();
  EXPECT_EQ(inbox_.Now().failure,
            absl::UnavailableError("'adxl345' (iio:device0) is gone: unplugged?"));
}

// It comes back with another number; its name is the same.
TEST_F(IioBufferTest, PluggedInAgainItGoesOn) {
  LiveIntake intake(Source(), SourceConfig{}, 24, {.device = "pump"});
  intake.Start(0, Clock::Real().Now(), [] {});
  const auto comes = [&] {
    tree_.Feed(kScans);
    return intake.Take(Clock::Real().Now(), {}).sample.has_value();
  };
  ASSERT_TRUE(Eventually(comes));
  tree_.Unplug();
  ASSERT_TRUE(Eventually([&] { return !intake.Trouble().empty(); }));
  while (intake.Take(Clock::Real().Now(), {}).sample) {
  }
  tree_.PlugIn("iio:device7");
  ASSERT_TRUE(Eventually(comes));
  EXPECT_EQ(intake.Trouble(), "");
  intake.Stop(Clock::Real().Now() + std::chrono::seconds(20));
}

TEST_F(IioBufferTest, TheRateMayBeItsTriggers) {
  tree_.Remove("sampling_frequency");
  tree_.Set("trigger/current_trigger", "timer");
  tree_.SetOf("trigger0", "name", "timer");
  tree_.SetOf("trigger0", "sampling_frequency", "1");
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  source->Stop();
  std::string rate;
  std::ifstream(tree_.places().devices / "trigger0/sampling_frequency") >> rate;
  EXPECT_EQ(rate, "100");
}

struct BrokenCase {
  const char* name;
  std::function<void(const IioTree&)> breaks;
  const char* said;
};
void PrintTo(const BrokenCase& broken, std::ostream* out) { *out << broken.name; }

class IioBrokenBufferTest : public IioBufferTest,
                            public ::testing::WithParamInterface<BrokenCase> {};

TEST_P(IioBrokenBufferTest, IsSaidInOneLine) {
  GetParam().breaks(tree_);
  const std::string why = WhyNotStarted();
  EXPECT_THAT(why, HasSubstr("'adxl345' (iio:device0)"));
  EXPECT_THAT(why, HasSubstr(GetParam().said));
  EXPECT_EQ(why.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Devices, IioBrokenBufferTest,
    ::testing::Values(
        BrokenCase{"NoBuffer", [](const IioTree& tree) { tree.Remove("buffer"); },
                   "has no buffer: leave out 'buffer_samples'"},
        BrokenCase{"NoNode",
                   [](const IioTree& tree) {
                     std::filesystem::remove(tree.places().nodes / "iio:device0");
                   },
                   "iio:device0 cannot be opened: No such file or directory"},
        BrokenCase{"NoChannel",
                   [](const IioTree& tree) { tree.Remove("scan_elements/in_accel_y_en"); },
                   "has no channel 'accel_y' in its buffer; it has 'accel_x', 'accel_z'"},
        BrokenCase{"NoIndex",
                   [](const IioTree& tree) { tree.Remove("scan_elements/in_accel_y_index"); },
                   "scan_elements/in_accel_y_index cannot be read: No such file or directory"},
        BrokenCase{"NegativeIndex",
                   [](const IioTree& tree) { tree.Set("scan_elements/in_accel_y_index", "-1"); },
                   "in_accel_y_index is out of range"},
        BrokenCase{"SameIndex",
                   [](const IioTree& tree) { tree.Set("scan_elements/in_accel_y_index", "0"); },
                   "'accel_x' and 'accel_y' have the same place in the buffer"},
        BrokenCase{"NoType",
                   [](const IioTree& tree) { tree.Set("scan_elements/in_accel_y_type", "s16"); },
                   "in_accel_y_type: 's16' is no type of a channel"},
        BrokenCase{"SeveralNumbers",
                   [](const IioTree& tree) {
                     tree.Set("scan_elements/in_accel_y_type", "le:s16/16X4>>0");
                   },
                   "the channel 'accel_y' holds 4 numbers at once"},
        BrokenCase{"NoRate", [](const IioTree& tree) { tree.Remove("sampling_frequency"); },
                   "nor a trigger of it has a sampling_frequency"},
        BrokenCase{"NoLength",
                   [](const IioTree& tree) {
                     tree.Remove("buffer/length");
                     std::filesystem::create_directory(tree.Device() / "buffer/length");
                   },
                   "buffer/length cannot be set to 128: Is a directory"}),
    [](const auto& broken) { return std::string(broken.param.name); });

TEST_F(IioKindTest, WhatIsWrongWhateverHappensIsSaidBefore) {
  options_.channels = {"accel_x", "accel_y", "accel_x"};
  EXPECT_EQ(WhyNotMade(), "'accel_x' is in 'channels' twice; remove one");
  options_.channels = {"accel_x", "../name", "accel_y"};
  EXPECT_THAT(WhyNotMade(), HasSubstr("'../name' in 'channels' is no name of a channel"));
  options_.channels = {"accel_x"};
  EXPECT_THAT(WhyNotMade(),
              HasSubstr("1 channel a sample, but task pump has windows of 3x2: 3 or 2 would fit"));
  options_.channels = {"accel_x", "accel_y", "accel_z"};
  task_.input_rate_hz = 50;
  EXPECT_THAT(WhyNotMade(), HasSubstr("samples at 100 Hz, task pump was trained at 50 Hz"));
  options_.resample = true;
  EXPECT_TRUE(MakeIioSource(options_, task_, tree_.places()).ok());
}

}  // namespace
}  // namespace biglittle
