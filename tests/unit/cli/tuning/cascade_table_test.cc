#include "cli/tuning/cascade_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

LabelledData Sure(int readings) {
  LabelledData data;
  data.name = "test";
  for (int i = 0; i < readings; ++i) {
    data.windows.push_back(TinySample(i % 4, true).window);
    data.truth.push_back(i % 4);
  }
  return data;
}

std::vector<float> Row(const NetLogits& logits, std::size_t row) {
  const auto values = logits.row(row);
  return {values.begin(), values.end()};
}

TEST(RunNets, KeepsTheLogitsOfEveryReadingOverTheEndOfABatch) {
  std::vector<std::size_t> told;
  const auto table =
      RunNets(LoadTinyTask(), Sure(18), [&](std::size_t done) { told.push_back(done); });
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->size(), 18U);
  ASSERT_EQ(table->heads.size(), 1U);
  EXPECT_EQ(told, (std::vector<std::size_t>{16, 18}));
  EXPECT_EQ(table->heads.front().values.size(), 18U * 3);
  EXPECT_EQ(Row(table->heads.front(), 17), (std::vector<float>{0, 0, 10}));  // busy is other
  EXPECT_EQ(Row(table->big, 17), (std::vector<float>{0, 10, 0, 0}));
  EXPECT_EQ(Row(table->big, 15), (std::vector<float>{0, 0, 0, 10}));
}

TEST(RunNets, KeepsTheLogitsOfBothHeads) {
  const auto table = RunNets(LoadTinyExitTask(), Sure(4), [](std::size_t) {});
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_EQ(table->heads.size(), 2U);
  EXPECT_EQ(Row(table->heads[0], 2), (std::vector<float>{0, 0, 10, 0}));
  EXPECT_EQ(Row(table->heads[0], 3), (std::vector<float>{0, 0, 0, 0}));
  EXPECT_EQ(Row(table->heads[1], 3), (std::vector<float>{0, 0, 0, 10}));
}

// 0.1 is no half: the device's net sees what the sensor gave, the worker's what arrives.
TEST(RunNets, RoundsTheBigNetsReadingsAsTheNetworkDoes) {
  Task task = LoadTinyTask();
  LabelledData data = Sure(1);
  data.windows.front() = TinySample(1, false).window;
  const auto exact = RunNets(task, data, [](std::size_t) {});
  task.wire_dtype = WireDType::kFloat16;
  const auto rounded = RunNets(task, data, [](std::size_t) {});
  ASSERT_TRUE(exact.ok() && rounded.ok());
  EXPECT_EQ(Row(rounded->heads.front(), 0), Row(exact->heads.front(), 0));
  EXPECT_NE(Row(rounded->big, 0), Row(exact->big, 0));
  EXPECT_NEAR(Row(rounded->big, 0)[1], Row(exact->big, 0)[1], 1e-3);
}

// The nets of tiny-features answer as those of tiny, by features that halves hold exactly or not.
TEST(RunNets, FeedsTheBigNetWithTheLittleNetsFeatures) {
  LabelledData data = Sure(18);
  const auto windows = RunNets(LoadTinyTask(), data, [](std::size_t) {});
  const auto features = RunNets(LoadTinyFeaturesTask(), data, [](std::size_t) {});
  ASSERT_TRUE(windows.ok() && features.ok()) << features.status();
  EXPECT_EQ(features->big.values, windows->big.values);
  EXPECT_EQ(features->heads[0].values, windows->heads[0].values);

  data.windows[5] = TinySample(1, false).window;  // 0.1
  const auto rounded = RunNets(LoadTinyFeaturesTask(), data, [](std::size_t) {});
  ASSERT_TRUE(rounded.ok());
  EXPECT_NE(Row(rounded->big, 5)[1], 1.0F);
  EXPECT_NEAR(Row(rounded->big, 5)[1], 1.0F, 1e-3);
  EXPECT_EQ(Row(rounded->heads[0], 5)[2], 1.0F);
}

TEST(RunNets, NamesTheRowThatDoesNotFit) {
  LabelledData data = Sure(3);
  data.windows[2] = TinyWindow({1, 2});
  const auto table = RunNets(LoadTinyTask(), data, [](std::size_t) {});
  EXPECT_EQ(table.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(table.status().message()).find("test: row 2: "), 0U) << table.status();
}

TEST(RunNets, NamesTheRowThatANetOverflowsWith) {
  LabelledData data = Sure(20);
  data.windows[18] = TinyWindow({3e38F, -3e38F, 3e38F, 3e38F});
  const auto table = RunNets(LoadTinyTask(), data, [](std::size_t) {});
  EXPECT_EQ(table.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(table.status().message())
                .find("test: row 18: the little net answers with numbers that are not finite"),
            0U)
      << table.status();
}

TEST(Predictions, AreThoseOfTheNetAtATemperature) {
  const Task task = LoadTinyTask();
  const NetLogits logits{3, {10, 0, 0, 0, 1, 2}};
  const auto predictions = Predictions(logits, task.little, 2.0F);
  ASSERT_EQ(predictions.size(), 2U);
  EXPECT_EQ(predictions[0], Predict(std::vector<float>{10, 0, 0}, task.little.outputs, 2.0F));
  EXPECT_EQ(predictions[1].class_index, kOtherClass);
}

}  // namespace
}  // namespace biglittle
