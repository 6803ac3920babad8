// Images by a camera that a test plays; and what Video4Linux says of devices that are none.
#include "device_agent/sources/camera/camera_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "device_agent/sources/camera/camera_kind.h"
#include "device_agent/sources/camera/v4l2_camera.h"
#include "tests/support/eventually.h"
#include "tests/support/kept_samples.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/device_agent/sources/camera/jpeg_of.h"
#include "tests/unit/device_agent/sources/source_text.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Bytes = std::vector<std::uint8_t>;

struct PlayedImage {
  Bytes bytes;
  Milliseconds at{0};  // after the beginning of time
  bool damaged = false;
};

// Thread-safe.
class PlayedCamera {
 public:
  explicit PlayedCamera(CameraFormat given) : format(given) {}

  void Give(std::variant<PlayedImage, absl::Status> next) {
    {
      const std::lock_guard lock(mutex_);
      next_.push_back(std::move(next));
    }
    given_.notify_all();
  }
  std::optional<std::variant<PlayedImage, absl::Status>> Take(Milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!given_.wait_for(lock, patience, [this] { return !next_.empty(); })) return std::nullopt;
    auto next = std::move(next_.front());
    next_.pop_front();
    return next;
  }

  const CameraFormat format;
  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;
  absl::Status opens;

 private:
  std::mutex mutex_;
  std::condition_variable given_;
  std::deque<std::variant<PlayedImage, absl::Status>> next_;
};

class ToPlayed final : public CameraDevice {
 public:
  explicit ToPlayed(PlayedCamera& camera) : camera_(camera) {}
  std::string name() const override { return "/dev/played"; }
  absl::StatusOr<CameraFormat> Open() override {
    ++camera_.opened;
    if (!camera_.opens.ok()) return camera_.opens;
    return camera_.format;
  }
  absl::StatusOr<std::optional<CameraFrame>> Read(Milliseconds patience) override {
    auto next = camera_.Take(patience);
    if (!next) return std::nullopt;
    if (auto* failed = std::get_if<absl::Status>(&*next)) return *failed;
    held_ = std::get<PlayedImage>(*std::move(next));
    return CameraFrame{held_.bytes, SteadyTime(held_.at), held_.damaged};
  }
  void Close() override { ++camera_.closed; }

 private:
  PlayedCamera& camera_;
  PlayedImage held_;
};

Task Pixels(Shape shape) {
  Task task;
  task.name = "gate";
  task.input_shape = std::move(shape);
  task.input_dtype = DType::kUint8;
  return task;
}

class CameraSourceTest : public testing::Test {
 protected:
  void Make(const Task& task, std::optional<double> rate_hz = std::nullopt,
            Milliseconds silence = std::chrono::seconds(60), WindowingOptions options = {}) {
    auto window = ImageWindow::Make(task, ImageFit::kSquash);
    auto feed = FrameFeed::MakeOfWindows(options, task);
    ASSERT_TRUE(window.ok() && feed.ok());
    source_ =
        std::make_unique<CameraSource>(std::make_unique<ToPlayed>(camera_), *std::move(window),
                                       *std::move(feed), rate_hz, silence);
  }
  bool HasSamples(std::size_t count) {
    return Eventually([&] { return inbox_.Now().samples.size() >= count; });
  }

  PlayedCamera camera_{{CameraPixels::kGrey, {2, 1}, 2}};
  KeptSamples inbox_;
  std::unique_ptr<CameraSource> source_;
};

TEST_F(CameraSourceTest, EachImageIsAWindow) {
  Make(Pixels({1, 2}));
  ASSERT_TRUE(source_->Start(inbox_).ok());
  camera_.Give(PlayedImage{{1, 2}, Milliseconds(5)});
  camera_.Give(PlayedImage{{3, 4}, Milliseconds(6)});
  ASSERT_TRUE(HasSamples(2));
  source_->Stop();
  const Kept kept = inbox_.Now();
  EXPECT_THAT(ValuesOf<std::uint8_t>(kept.samples[0]), ElementsAre(1, 2));
  EXPECT_THAT(ValuesOf<std::uint8_t>(kept.samples[1]), ElementsAre(3, 4));
  EXPECT_EQ(kept.times[1], SteadyTime(Milliseconds(6)));
  EXPECT_FALSE(kept.failure.has_value());
}

TEST_F(CameraSourceTest, WhatCannotBeReadIsRefusedAndTheNextIsRead) {
  Make(Pixels({1, 2}));
  ASSERT_TRUE(source_->Start(inbox_).ok());
  camera_.Give(PlayedImage{{1}});
  camera_.Give(PlayedImage{{1, 2}, Milliseconds(1), true});
  camera_.Give(PlayedImage{{3, 4}, Milliseconds(2)});
  ASSERT_TRUE(HasSamples(1));
  source_->Stop();
  const Kept kept = inbox_.Now();
  EXPECT_THAT(ValuesOf<std::uint8_t>(kept.samples[0]), ElementsAre(3, 4));
  EXPECT_THAT(kept.reasons, ElementsAre("image", "image"));
  EXPECT_THAT(kept.refusals, ElementsAre("/dev/played: an image has 1 bytes; 2 x 1 pixels take 2",
                                         "/dev/played: the driver says that an image is damaged"));
}

TEST_F(CameraSourceTest, OneThatIsGoneHasFailedAndCanBeStartedAgain) {
  Make(Pixels({1, 2}));
  ASSERT_TRUE(source_->Start(inbox_).ok());
  camera_.Give(absl::UnavailableError("/dev/played is gone: unplugged?"));
  ASSERT_TRUE(Eventually([&] { return inbox_.Now().failure.has_value(); }));
  source_->Stop();
  EXPECT_EQ(inbox_.Now().failure->message(), "/dev/played is gone: unplugged?");
  ASSERT_TRUE(source_->Start(inbox_).ok());
  camera_.Give(PlayedImage{{3, 4}});
  EXPECT_TRUE(HasSamples(1));
  source_->Stop();
  EXPECT_EQ(camera_.opened, 2);
  EXPECT_EQ(camera_.closed, 2);
}

TEST_F(CameraSourceTest, OneThatCannotBeOpenedHasFailed) {
  Make(Pixels({1, 2}));
  camera_.opens = absl::UnavailableError("/dev/played gives pixels of format 'H264'");
  EXPECT_EQ(source_->Start(inbox_), camera_.opens);
  source_->Stop();
  EXPECT_EQ(camera_.closed, 1);
}

TEST_F(CameraSourceTest, OneThatIsSilentHasFailed) {
  Make(Pixels({1, 2}), std::nullopt, Milliseconds(1));
  ASSERT_TRUE(source_->Start(inbox_).ok());
  ASSERT_TRUE(Eventually([&] { return inbox_.Now().failure.has_value(); }));
  source_->Stop();
  EXPECT_EQ(inbox_.Now().failure->message(), "/dev/played has given no image for 1 ms");
}

TEST_F(CameraSourceTest, ImagesBeyondTheRateAreLeftOut) {
  Make(Pixels({1, 2}), 10);
  ASSERT_TRUE(source_->Start(inbox_).ok());
  for (int i = 0; i <= 30; ++i) {
    camera_.Give(PlayedImage{{static_cast<std::uint8_t>(i), 0}, Milliseconds(10 * i)});
  }
  ASSERT_TRUE(HasSamples(4));
  source_->Stop();
  const Kept kept = inbox_.Now();
  ASSERT_THAT(kept.samples, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(ValuesOf<std::uint8_t>(kept.samples[i])[0], 10 * i);
  }
  EXPECT_EQ(kept.gap_values, 0U);
}

TEST_F(CameraSourceTest, GateAndScaleMeanWhatTheyMean) {
  WindowingOptions options;
  options.scale = 2;
  options.offset = 1;
  options.gate = {.type = GateKind::kRms, .above = 10};
  Make(Pixels({1, 2}), std::nullopt, std::chrono::seconds(60), options);
  ASSERT_TRUE(source_->Start(inbox_).ok());
  camera_.Give(PlayedImage{{50, 50}});
  camera_.Give(PlayedImage{{50, 70}});
  ASSERT_TRUE(HasSamples(1));
  source_->Stop();
  EXPECT_EQ(inbox_.Now().spared, 1);
  EXPECT_THAT(ValuesOf<std::uint8_t>(inbox_.Now().samples[0]), ElementsAre(101, 141));
}

TEST(CameraSourceOfJpegs, AJpegIsDecodedResizedAndLaidOut) {
  PlayedCamera camera({CameraPixels::kMjpeg, {640, 480}, 0});
  const Task task = Pixels({3, 1, 2});
  CameraSource source(std::make_unique<ToPlayed>(camera),
                      *ImageWindow::Make(task, ImageFit::kSquash),
                      *FrameFeed::MakeOfWindows({}, task), std::nullopt);
  Bytes rgb;  // 32 x 16: red, then blue
  for (int i = 0; i < 32 * 16; ++i) {
    const bool red = i % 32 < 16;
    for (const int level : {red ? 255 : 0, 0, red ? 0 : 255}) {
      rgb.push_back(static_cast<std::uint8_t>(level));
    }
  }
  KeptSamples inbox;
  ASSERT_TRUE(source.Start(inbox).ok());
  camera.Give(PlayedImage{{0xFF, 0xD8, 0xFF}});
  camera.Give(PlayedImage{JpegOf(rgb, 32, 16)});
  ASSERT_TRUE(Eventually([&] { return !inbox.Now().samples.empty(); }));
  source.Stop();
  const Bytes window = ValuesOf<std::uint8_t>(inbox.Now().samples[0]);
  // A seventh of what is beyond the middle counts, as in Pillow.
  const Bytes wanted{219, 36, 0, 0, 36, 219};
  ASSERT_THAT(window, SizeIs(6));
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(window[i], wanted[i], 4) << i;
  EXPECT_THAT(inbox.Now().refusals, ElementsAre(HasSubstr("is no JPEG that can be read")));
}

TEST(FramePacer, HoldsTheRateInTheLongRun) {
  FramePacer pacer(10);
  int taken = 0;
  for (int i = 0; i < 300; ++i) {  // 30 a second
    taken += pacer.Takes(SteadyTime(std::chrono::microseconds(33'333 * i))) ? 1 : 0;
  }
  EXPECT_NEAR(taken, 100, 1);
}

TEST(FramePacer, MakesUpForNothing) {
  FramePacer pacer(10);
  EXPECT_TRUE(pacer.Takes(SteadyTime(Milliseconds(0))));
  EXPECT_TRUE(pacer.Takes(SteadyTime(Milliseconds(1000))));
  EXPECT_FALSE(pacer.Takes(SteadyTime(Milliseconds(1010))));
  EXPECT_FALSE(pacer.Takes(SteadyTime(Milliseconds(1099))));
  EXPECT_TRUE(pacer.Takes(SteadyTime(Milliseconds(1100))));
}

std::string OpenTrouble(const std::filesystem::path& device) {
  V4l2Camera camera({device, {640, 480}, CameraPixels::kYuyv});
  const auto opened = camera.Open();
  EXPECT_TRUE(absl::IsUnavailable(opened.status())) << opened.status();
  camera.Close();
  return std::string(opened.status().message());
}

TEST(V4l2Camera, WhatIsNoCameraIsSaid) {
  EXPECT_EQ(OpenTrouble("/dev/no-video"),
            "/dev/no-video cannot be opened as a camera: No such file or directory");
  EXPECT_THAT(OpenTrouble("/dev/null"), StartsWith("/dev/null "));
  const TemporaryFolder folder;
  EXPECT_THAT(OpenTrouble(folder.Write("x", "no camera")), HasSubstr("/x "));
  EXPECT_THAT(OpenTrouble(folder.path()), HasSubstr("cannot be opened as a camera"));
}

std::string MakeError(const std::string& text, const Task& task) {
  const auto read = ReadSource(text);
  EXPECT_EQ(read.problems, "");
  SourceShares shares;
  return std::string(CameraKind().Make(read.config, task, shares).status().message());
}

TEST(CameraKind, ReadsItsKeys) {
  const auto read = ReadSource(
      "{type: camera, device: /dev/video2, width: 320, height: 240, pixel_format: mjpeg, resize: "
      "fit_longest, rate_hz: 5, gate: {type: change, above: 2}}");
  ASSERT_EQ(read.problems, "");
  const auto* options = OptionsIn<CameraOptions>(read.config);
  ASSERT_NE(options, nullptr);
  EXPECT_EQ(options->device, "/dev/video2");
  EXPECT_EQ(options->width, 320U);
  EXPECT_EQ(options->height, 240U);
  EXPECT_EQ(options->pixels, CameraPixels::kMjpeg);
  EXPECT_EQ(options->fit, ImageFit::kFitLongest);
  EXPECT_EQ(options->rate_hz, 5.0F);
}

TEST(CameraKind, SaysWhatIsWrongWithThem) {
  EXPECT_THAT(ReadSource("{type: camera, width: 16384, height: 1025}").problems,
              HasSubstr("'width' 16384 and 'height' 1025 are 16793600 pixels; at most 16777216"));
  EXPECT_THAT(ReadSource("{type: camera, pixel_format: h264}").problems, HasSubstr("mjpeg"));
  EXPECT_THAT(ReadSource("{type: camera, window: {hop: 3}}").problems, HasSubstr("window"));
  EXPECT_THAT(ReadSource("{type: camera, resize: crop}").problems, HasSubstr("fit_shortest"));
}

TEST(CameraKind, MakesASourceThatFitsTheTask) {
  EXPECT_EQ(MakeError("{type: camera}", Pixels({3, 224, 224})), "");
  EXPECT_THAT(MakeError("{type: camera}", Pixels({9, 4, 128})),
              HasSubstr("those of task gate are 9x4x128"));
  EXPECT_EQ(MakeError("{type: camera, scale: 0.01}", Pixels({480, 640, 3})), "");
  Task filtered = Pixels({28, 28});
  filtered.input_filter = InputFilter{};
  EXPECT_THAT(MakeError("{type: camera}", filtered), HasSubstr("has an input filter"));
}

}  // namespace
}  // namespace biglittle
