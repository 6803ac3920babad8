#include "device_agent/sources/source_registry.h"

#include <gtest/gtest.h>

#include "device_agent/sources/vibration/vibration_options.h"
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

SourceConfig Simulation(std::uint64_t seed, std::optional<std::uint64_t> readings) {
  SourceConfig source = AsSourceConfig(VibrationSource{seed});
  source.readings = readings;
  return source;
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

TEST(SourceRegistry, ASimulationGivesTheReadingsAskedFor) {
  auto source = MakePolledSource(Simulation(7, 3), VibrationTask());
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(CountUpTo(**source, 10), 3);
}

TEST(SourceRegistry, ASimulationHasNoEndOfItsOwn) {
  auto source = MakePolledSource(Simulation(7, std::nullopt), VibrationTask());
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(CountUpTo(**source, 50), 50);
}

TEST(SourceRegistry, TheSeedTellsSimulationsApart) {
  const auto first = [](std::uint64_t seed) {
    auto source = MakePolledSource(Simulation(seed, 1), VibrationTask());
    EXPECT_TRUE(source.ok());
    return (*source)->Next()->value().window;
  };
  EXPECT_TRUE(first(1) == first(1));
  EXPECT_FALSE(first(1) == first(2));
}

TEST(SourceRegistry, ATypeThatThereIsNotIsSaid) {
  const auto source = MakePolledSource({.type = "sonar"}, VibrationTask());
  EXPECT_EQ(source.status(), absl::InvalidArgumentError("there is no source of type sonar"));
}

// As a worker has it, which reads no source's own keys.
TEST(SourceRegistry, ASourceWhoseKeysWereNotReadIsNotMade) {
  EXPECT_EQ(MakePolledSource({.type = "vibration"}, VibrationTask()).status().code(),
            absl::StatusCode::kInternal);
}

TEST(SourceRegistry, EveryRowIsFoundByItsType) {
  for (const SourceKind* kind : AllSources().all()) {
    EXPECT_EQ(AllSources().Find(kind->type()), kind);
  }
  EXPECT_EQ(AllSources().Find("sonar"), nullptr);
}

TEST(SourceShares, ThereIsOneOfEachType) {
  SourceShares shares;
  *shares.Of<int>() = 5;
  EXPECT_EQ(*shares.Of<int>(), 5);
  EXPECT_EQ(*shares.Of<double>(), 0.0);
}

}  // namespace
}  // namespace biglittle
