#include "device_agent/sources/vibration/vibration_source.h"

#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "core/tensor.h"
#include "device_agent/sources/vibration/vibration_simulator.h"

namespace biglittle {
namespace {

Sample Take(PolledSource& source) {
  absl::StatusOr<std::optional<Sample>> sample = source.Next();
  EXPECT_TRUE(sample.ok() && sample->has_value());
  return sample.ok() && sample->has_value() ? **sample : Sample{};
}

std::vector<Sample> TakeMany(PolledSource& source, int count) {
  std::vector<Sample> samples;
  for (int i = 0; i < count; ++i) samples.push_back(Take(source));
  return samples;
}

bool SameReadings(const std::vector<Sample>& a, const std::vector<Sample>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].window != b[i].window || a[i].truth != b[i].truth) return false;
  }
  return true;
}

float ValueAt(const Sample& sample, std::size_t index) {
  float value = 0.0F;
  std::memcpy(&value, sample.window.data.data() + index * sizeof(float), sizeof(float));
  return value;
}

TEST(VibrationSource, WindowsHaveTheDeclaredForm) {
  const std::unique_ptr<PolledSource> source = MakeVibrationSource(1);
  for (const Sample& sample : TakeMany(*source, 50)) {
    EXPECT_EQ(sample.window.dtype, DType::kFloat32);
    EXPECT_EQ(sample.window.shape, (Shape{3, 1024}));
    EXPECT_EQ(sample.window.data.size(), 3U * 1024U * 4U);
    ASSERT_TRUE(sample.truth.has_value());
    EXPECT_GE(*sample.truth, 0);
    EXPECT_LT(*sample.truth, static_cast<int>(kVibrationLabels.size()));
  }
}

TEST(VibrationSource, SameSeedSameReadings) {
  const std::unique_ptr<PolledSource> first = MakeVibrationSource(42);
  const std::unique_ptr<PolledSource> second = MakeVibrationSource(42);
  EXPECT_TRUE(SameReadings(TakeMany(*first, 20), TakeMany(*second, 20)));
}

TEST(VibrationSource, NeighbouringSeedsShareNoReading) {
  const std::vector<Sample> first = TakeMany(*MakeVibrationSource(100), 20);
  const std::vector<Sample> second = TakeMany(*MakeVibrationSource(101), 20);
  for (const Sample& a : first) {
    for (const Sample& b : second) EXPECT_NE(a.window, b.window);
  }
}

TEST(VibrationSource, ReadingsDoNotDependOnHowTheyAreTaken) {
  const std::vector<Sample> at_once = TakeMany(*MakeVibrationSource(7), 12);
  const std::unique_ptr<PolledSource> source = MakeVibrationSource(7);
  const std::unique_ptr<PolledSource> other = MakeVibrationSource(8);
  std::vector<Sample> in_parts;
  for (const int part : {1, 4, 2, 5}) {
    for (Sample& sample : TakeMany(*source, part)) in_parts.push_back(std::move(sample));
    TakeMany(*other, 3);  // another source, in between, changes nothing
  }
  EXPECT_TRUE(SameReadings(at_once, in_parts));
}

TEST(VibrationSource, EveryClassOccurs) {
  const std::unique_ptr<PolledSource> source = MakeVibrationSource(3);
  std::set<int> seen;
  for (const Sample& sample : TakeMany(*source, 400)) seen.insert(*sample.truth);
  EXPECT_EQ(seen.size(), kVibrationLabels.size());
}

// Recorded from the first release: a change here changes every simulated data set, and the shipped
// nets were not trained on it.
TEST(VibrationSource, GoldenReadingsOfSeedOne) {
  const std::vector<Sample> samples = TakeMany(*MakeVibrationSource(1), 8);
  std::vector<int> truths;
  for (const Sample& sample : samples) truths.push_back(*sample.truth);
  EXPECT_THAT(truths, testing::ElementsAre(0, 5, 0, 5, 2, 1, 3, 10));
  // The last bits are the C library's sine and exponential.
  constexpr float kTolerance = 2e-6F;
  EXPECT_NEAR(ValueAt(samples[0], 0), 0.0225746F, kTolerance);
  EXPECT_NEAR(ValueAt(samples[0], 3071), 0.0067176F, kTolerance);
  EXPECT_NEAR(ValueAt(samples[7], 1500), -0.0291960F, kTolerance);
}

}  // namespace
}  // namespace biglittle
