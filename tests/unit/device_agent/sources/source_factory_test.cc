#include "device_agent/sources/source_factory.h"

#include <gtest/gtest.h>

#include "device_agent/sources/vibration/vibration_simulator.h"

namespace biglittle {
namespace {

Task VibrationTask() {
  Task task;
  task.name = "vibration";
  task.labels.assign(kVibrationLabels.begin(), kVibrationLabels.end());
  task.input_shape = {kVibrationAxes, kVibrationSamples};
  return task;
}

int CountUpTo(PolledSource& source, int most) {
  int count = 0;
  while (count < most) {
    const auto sample = source.Next();
    EXPECT_TRUE(sample.ok()) << sample.status();
    if (!sample.ok() || !sample->has_value()) break;
    ++count;
  }
  return count;
}

TEST(SourceFactory, ASimulationGivesTheReadingsAskedFor) {
  auto source = MakeSource({VibrationSource{7}, 3, {}}, VibrationTask());
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(CountUpTo(**source, 10), 3);
}

TEST(SourceFactory, ASimulationHasNoEndOfItsOwn) {
  auto source = MakeSource({VibrationSource{7}, std::nullopt, {}}, VibrationTask());
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(CountUpTo(**source, 50), 50);
}

TEST(SourceFactory, TheSeedTellsSimulationsApart) {
  const auto first = [](std::uint64_t seed) {
    auto source = MakeSource({VibrationSource{seed}, 1, {}}, VibrationTask());
    EXPECT_TRUE(source.ok());
    return (*source)->Next()->value().window;
  };
  EXPECT_TRUE(first(1) == first(1));
  EXPECT_FALSE(first(1) == first(2));
}

}  // namespace
}  // namespace biglittle
