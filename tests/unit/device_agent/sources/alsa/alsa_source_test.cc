#include "device_agent/sources/alsa/alsa_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/descriptor.h"
#include "device_agent/intake/live_intake.h"
#include "tests/support/eventually.h"
#include "tests/support/kept_samples.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint32_t kRate = 1000;

// A microphone that a test speaks into. Thread-safe.
class Scripted final : public CaptureDevice {
 public:
  Scripted() : ready_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {}

  absl::Status Open() override {
    const std::lock_guard lock(mutex_);
    ++opened_;
    return opening_;
  }
  void Close() override {}
  std::vector<pollfd> Descriptors() override { return {{ready_.get(), POLLIN, 0}}; }
  absl::StatusOr<Captured> Read(std::span<std::int16_t> samples) override {
    eventfd_t count = 0;
    if (eventfd_read(ready_.get(), &count) != 0) return NothingCaptured{};
    const std::lock_guard lock(mutex_);
    const absl::StatusOr<Captured> now = script_[said_++];
    if (now.ok() && std::holds_alternative<CapturedFrames>(*now)) {
      const auto frames = std::get<CapturedFrames>(*now).frames;
      std::iota(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(frames), next_);
      next_ = static_cast<std::int16_t>(next_ + frames);
    }
    return now;
  }

  // What the next look finds; samples count up from 0.
  void Say(absl::StatusOr<Captured> captured) {
    {
      const std::lock_guard lock(mutex_);
      script_.push_back(std::move(captured));
    }
    eventfd_write(ready_.get(), 1);
  }
  void OpenWith(absl::Status status) {
    const std::lock_guard lock(mutex_);
    opening_ = std::move(status);
  }

 private:
  const Descriptor ready_;
  std::mutex mutex_;
  std::vector<absl::StatusOr<Captured>> script_;
  std::size_t said_ = 0;
  int opened_ = 0;
  absl::Status opening_;
  std::int16_t next_ = 0;
};

class AlsaSourceTest : public ::testing::Test {
 protected:
  std::unique_ptr<AlsaSource> Source(Milliseconds patience = std::chrono::seconds(60)) {
    Task task;
    task.name = "valve";
    task.input_shape = {4};
    task.input_dtype = DType::kInt16;
    WindowingOptions options;
    options.rate_hz = kRate;
    auto feed = FrameFeed::Make(options, 1, task);
    EXPECT_TRUE(feed.ok()) << feed.status();
    auto device = std::make_unique<Scripted>();
    device_ = device.get();
    return std::make_unique<AlsaSource>(std::move(device), *std::move(feed),
                                        CaptureLine{"mic", kRate, 1}, patience);
  }

  Scripted* device_ = nullptr;
  KeptSamples inbox_;
};

TEST_F(AlsaSourceTest, CutsWhatComesIntoWindows) {
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  device_->Say(CapturedFrames{3, 0});
  device_->Say(CapturedFrames{5, 0});
  ASSERT_TRUE(Eventually([&] { return inbox_.Now().samples.size() == 2; }));
  EXPECT_THAT(ValuesOf<std::int16_t>(inbox_.Now().samples[1]), ElementsAre(4, 5, 6, 7));
  source->Stop();
}

// 500 frames more wait in the buffer at 1 kHz: the last that was read is half a second old.
TEST_F(AlsaSourceTest, AWindowIsAsOldAsItsLastSample) {
  auto source = Source();
  const SteadyTime before = Clock::Real().Now();
  ASSERT_TRUE(source->Start(inbox_).ok());
  device_->Say(CapturedFrames{4, 500});
  ASSERT_TRUE(Eventually([&] { return !inbox_.Now().samples.empty(); }));
  const SteadyTime after = Clock::Real().Now();
  EXPECT_GE(inbox_.Now().times[0], before - Milliseconds(500));
  EXPECT_LE(inbox_.Now().times[0], after - Milliseconds(500));
  source->Stop();
}

// No window has samples from both sides of it, and what was lost counts from the last sample that
// came, 2,000 frames before the last look.
TEST_F(AlsaSourceTest, AnOverrunIsAGap) {
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  device_->Say(CapturedFrames{2, 2000});
  device_->Say(CaptureOverrun{});
  device_->Say(CapturedFrames{4, 0});
  ASSERT_TRUE(Eventually([&] { return !inbox_.Now().samples.empty(); }));
  source->Stop();
  EXPECT_THAT(ValuesOf<std::int16_t>(inbox_.Now().samples[0]), ElementsAre(2, 3, 4, 5));
  EXPECT_GE(inbox_.Now().gap_values, 2000U);
  EXPECT_THAT(inbox_.Now().failure, std::nullopt);
}

TEST(FramesLostTest, IsWhatFitsIntoTheTime) {
  const SteadyTime at{std::chrono::hours(5)};
  EXPECT_EQ(FramesLost(at, at + Milliseconds(250), 16'000), 4000U);
  EXPECT_EQ(FramesLost(at, at + std::chrono::hours(24), 192'000), 16'588'800'000U);
}

TEST(FramesLostTest, IsAtLeastOne) {
  const SteadyTime at{std::chrono::hours(5)};
  EXPECT_EQ(FramesLost(at, at, 16'000), 1U);
  EXPECT_EQ(FramesLost(at, at - Milliseconds(3), 16'000), 1U);
}

TEST_F(AlsaSourceTest, FailsWithTheDevice) {
  auto source = Source();
  ASSERT_TRUE(source->Start(inbox_).ok());
  device_->Say(absl::UnavailableError("the microphone is gone"));
  ASSERT_TRUE(Eventually([&] { return inbox_.Now().failure.has_value(); }));
  EXPECT_EQ(inbox_.Now().failure, absl::UnavailableError("the microphone is gone"));
  source->Stop();
}

TEST_F(AlsaSourceTest, ADeviceThatGivesNothingHasFailed) {
  auto source = Source(Milliseconds(20));
  ASSERT_TRUE(source->Start(inbox_).ok());
  ASSERT_TRUE(Eventually([&] { return inbox_.Now().failure.has_value(); }));
  EXPECT_EQ(
      inbox_.Now().failure,
      absl::UnavailableError("the ALSA device 'mic' is open and has given nothing for 20 ms"));
  source->Stop();
}

// What comes before that is read, however late the thread is.
TEST_F(AlsaSourceTest, WhatHasComeIsReadFirst) {
  auto source = Source(Milliseconds(0));
  device_->Say(CapturedFrames{4, 0});
  ASSERT_TRUE(source->Start(inbox_).ok());
  ASSERT_TRUE(Eventually([&] { return inbox_.Now().failure.has_value(); }));
  EXPECT_EQ(inbox_.Now().samples.size(), 1U);
  source->Stop();
}

// Meanwhile it cannot be opened.
TEST_F(AlsaSourceTest, PluggedInAgainItGoesOn) {
  LiveIntake intake(Source(), SourceConfig{}, 8, {.device = "valve"});
  intake.Start(0, Clock::Real().Now(), [] {});
  const auto comes = [&] { return intake.Take(Clock::Real().Now(), {}).sample.has_value(); };
  device_->Say(CapturedFrames{4, 0});
  ASSERT_TRUE(Eventually(comes));
  device_->OpenWith(absl::UnavailableError("the microphone is not there"));
  device_->Say(absl::UnavailableError("the microphone is gone"));
  ASSERT_TRUE(Eventually([&] { return intake.Trouble() == "the microphone is not there"; }));
  device_->OpenWith(absl::OkStatus());
  device_->Say(CapturedFrames{4, 0});
  ASSERT_TRUE(Eventually(comes));
  EXPECT_EQ(intake.Trouble(), "");
  intake.Stop(Clock::Real().Now() + std::chrono::seconds(20));
}

TEST_F(AlsaSourceTest, BeginsAnewAfterAFailedStart) {
  auto source = Source();
  device_->OpenWith(absl::UnavailableError("busy"));
  EXPECT_EQ(source->Start(inbox_), absl::UnavailableError("busy"));
  source->Stop();
  device_->OpenWith(absl::OkStatus());
  ASSERT_TRUE(source->Start(inbox_).ok());
  device_->Say(CapturedFrames{4, 0});
  ASSERT_TRUE(Eventually([&] { return !inbox_.Now().samples.empty(); }));
  source->Stop();
}

}  // namespace
}  // namespace biglittle
