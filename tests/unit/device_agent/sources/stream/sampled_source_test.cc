#include "device_agent/sources/stream/sampled_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "tests/support/eventually.h"
#include "tests/support/kept_samples.h"

namespace biglittle {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What the sensor says when it is asked for the n-th time since it was made.
class Scripted final : public FrameSampler {
 public:
  explicit Scripted(std::function<absl::Status(int, std::span<float>)> sample)
      : sample_(std::move(sample)) {}

  absl::Status Open() override { return absl::OkStatus(); }
  void Close() override {}
  absl::Status Sample(std::span<float> frame) override { return sample_(asked_++, frame); }

 private:
  const std::function<absl::Status(int, std::span<float>)> sample_;
  int asked_ = 0;
};

std::unique_ptr<SampledSource> Source(std::function<absl::Status(int, std::span<float>)> sample,
                                      double rate_hz) {
  Task task;
  task.name = "tank";
  task.input_shape = {2, 2};
  task.input_dtype = DType::kFloat32;
  auto feed = FrameFeed::Make({}, 2, task);
  EXPECT_TRUE(feed.ok()) << feed.status();
  return std::make_unique<SampledSource>(std::make_unique<Scripted>(std::move(sample)),
                                         *std::move(feed), 2, rate_hz);
}

absl::Status Count(int number, std::span<float> frame) {
  frame[0] = static_cast<float>(number);
  frame[1] = static_cast<float>(10 * number);
  return absl::OkStatus();
}

TEST(SampledSourceTest, CutsWhatItAsksForIntoWindows) {
  KeptSamples inbox;
  auto source = Source(Count, 500);
  ASSERT_TRUE(source->Start(inbox).ok());
  ASSERT_TRUE(Eventually([&] { return inbox.Now().samples.size() >= 2; }));
  source->Stop();
  EXPECT_THAT(ValuesOf<float>(inbox.Now().samples[0]), ElementsAre(0, 1, 0, 10));
  EXPECT_THAT(inbox.Now().failure, std::nullopt);
}

TEST(SampledSourceTest, AFrameThatCannotBeHadIsAGap) {
  KeptSamples inbox;
  auto source = Source(
      [](int number, std::span<float> frame) {
        return number == 1 ? absl::DataLossError("the meter said nothing") : Count(number, frame);
      },
      500);
  ASSERT_TRUE(source->Start(inbox).ok());
  ASSERT_TRUE(Eventually([&] { return !inbox.Now().samples.empty(); }));
  source->Stop();
  EXPECT_THAT(ValuesOf<float>(inbox.Now().samples[0]), ElementsAre(2, 3, 20, 30));
  EXPECT_THAT(inbox.Now().refusals, Contains("the meter said nothing"));
}

TEST(SampledSourceTest, FailsWithTheSensor) {
  KeptSamples inbox;
  auto source = Source(
      [](int, std::span<float>) { return absl::UnavailableError("the meter is gone"); }, 500);
  ASSERT_TRUE(source->Start(inbox).ok());
  ASSERT_TRUE(Eventually([&] { return inbox.Now().failure.has_value(); }));
  source->Stop();
  EXPECT_THAT(std::string(inbox.Now().failure->message()), HasSubstr("the meter is gone"));
}

// 50 points of time at 1 kHz go by while one answer is on its way: they are missing, and not asked
// for in a burst.
TEST(SampledSourceTest, AsksForNothingLater) {
  KeptSamples inbox;
  std::atomic<int> asked{0};
  auto source = Source(
      [&](int number, std::span<float> frame) {
        ++asked;
        if (number == 3) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return Count(number, frame);
      },
      1000);
  const SteadyTime begin = Clock::Real().Now();
  ASSERT_TRUE(source->Start(inbox).ok());
  ASSERT_TRUE(Eventually([&] { return asked.load() >= 6; }));
  source->Stop();
  const double points =
      std::chrono::duration<double, std::milli>(Clock::Real().Now() - begin).count();
  EXPECT_GE(inbox.Now().gap_values, 40U);
  EXPECT_LE(asked.load() + static_cast<double>(inbox.Now().gap_values), points + 2);
}

// However long its next frame is off.
TEST(SampledSourceTest, StopsAtOnce) {
  KeptSamples inbox;
  auto source = Source(Count, 0.001);
  ASSERT_TRUE(source->Start(inbox).ok());
  source->Stop();
}

TEST(SampledSourceTest, BeginsAnew) {
  KeptSamples inbox;
  auto source = Source(Count, 500);
  for (std::size_t windows : {1U, 2U}) {
    ASSERT_TRUE(source->Start(inbox).ok());
    ASSERT_TRUE(Eventually([&] { return inbox.Now().samples.size() >= windows; }));
    source->Stop();
  }
}

}  // namespace
}  // namespace biglittle
