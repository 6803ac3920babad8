#include "core/task/escalated_tensor.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

constexpr std::array<float, 6> kFeatures{1, 2, 3, 4, 5, 6};

std::string Problem(const Task& task, const Tensor& escalated) {
  return std::string(CheckEscalated(task, escalated).message());
}

TEST(EscalatedTensor, IsTheWindowUnlessTheTaskSaysFeatures) {
  Task task = LoadTinyTask();
  EXPECT_EQ(EscalatedFormOf(task).shape, (Shape{4}));
  EXPECT_EQ(EscalatedBytes(task), 16U);
  EXPECT_EQ(FeaturesOf(task), "");
  task.wire_dtype = WireDType::kFloat16;
  EXPECT_EQ(EscalatedBytes(task), 8U);

  const Task features = LoadTinyFeaturesTask();
  EXPECT_EQ(EscalatedFormOf(features).shape, (Shape{6}));
  EXPECT_EQ(EscalatedFormOf(features).wire_dtype, WireDType::kFloat16);
  EXPECT_EQ(EscalatedBytes(features), 12U);
  EXPECT_EQ(FeaturesOf(features), features.little.sha256);
}

TEST(EscalatedTensor, OfTheOneIsRefusedAsTheOther) {
  const Task windows = LoadTinyTask();
  const Task features = LoadTinyFeaturesTask();
  const Tensor window = TinySample(1, true).window;
  const Tensor tensor = FeaturesTensor(features, kFeatures);
  EXPECT_EQ(Problem(windows, window), "");
  EXPECT_EQ(Problem(features, tensor), "");
  EXPECT_EQ(Problem(windows, tensor), "the window has shape 6, task tiny takes 4");
  EXPECT_EQ(Problem(features, window),
            "the feature tensor has shape 4, task tiny-features takes 6");
  Tensor bytes = tensor;
  bytes.dtype = DType::kUint8;
  EXPECT_EQ(Problem(features, bytes),
            "the feature tensor holds uint8, task tiny-features takes float32");
  std::array<float, 6> endless = kFeatures;
  endless[4] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Problem(features, FeaturesTensor(features, endless)),
            "element 4 of the feature tensor is not a finite number");
}

TEST(EscalatedTensor, WindowsAreNormalisedForTheBigNetAndFeaturesAreNot) {
  Task windows = LoadTinyTask();
  windows.normalisation = {{1.0F}, {0.5F}};
  std::array<float, 4> input{};
  FillBigInput(windows, TinyWindow({1, 2, 0, 1}), input);
  EXPECT_EQ(input, (std::array<float, 4>{0, 2, -2, 0}));

  Task features = LoadTinyFeaturesTask();
  features.normalisation = windows.normalisation;
  std::array<float, 6> taken{};
  FillBigInput(features, FeaturesTensor(features, kFeatures), taken);
  EXPECT_EQ(taken, kFeatures);
}

}  // namespace
}  // namespace biglittle
