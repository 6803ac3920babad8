#include "core/task/normalisation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename Element>
Tensor Window(DType dtype, const Shape& shape, const std::vector<Element>& elements) {
  Tensor window{dtype, shape, std::vector<std::byte>(elements.size() * sizeof(Element))};
  std::memcpy(window.data.data(), elements.data(), window.data.size());
  return window;
}

Task TaskOf(DType dtype, const Shape& shape) {
  Task task;
  task.name = "pump";
  task.input_dtype = dtype;
  task.input_shape = shape;
  task.normalisation = {{1.0F}, {2.0F}};
  return task;
}

std::string Problem(const Task& task, const Tensor& window) {
  return std::string(CheckWindow(task, window).message());
}

TEST(CheckWindow, TakesWhatTheTaskTakes) {
  const std::vector<float> elements{-1.0F, 0.0F, 1.0F, std::numeric_limits<float>::max()};
  EXPECT_EQ(Problem(TaskOf(DType::kFloat32, {2, 2}), Window(DType::kFloat32, {2, 2}, elements)),
            "");
  EXPECT_EQ(Problem(TaskOf(DType::kUint8, {3}),
                    Window(DType::kUint8, {3}, std::vector<std::uint8_t>{0, 1, 255})),
            "");
}

TEST(CheckWindow, SaysWhatDoesNotFit) {
  const Task task = TaskOf(DType::kFloat32, {2, 2});
  const Tensor good = Window(DType::kFloat32, {2, 2}, std::vector<float>(4));
  Tensor other = good;
  other.dtype = DType::kInt16;
  EXPECT_EQ(Problem(task, other), "the window holds int16, task pump takes float32");
  other = good;
  other.shape = {4};
  EXPECT_EQ(Problem(task, other), "the window has shape 4, task pump takes 2x2");
  for (const std::size_t bytes : {0U, 15U, 17U, 32U}) {
    other = good;
    other.data.resize(bytes);
    EXPECT_EQ(Problem(task, other),
              "the window has " + std::to_string(bytes) + " bytes, shape 2x2 of float32 needs 16");
  }
}

TEST(CheckWindow, AShapeThatIsNoneFitsNoBytes) {
  const Shape huge{1LL << 40, 1LL << 40};
  Tensor window{DType::kUint8, huge, std::vector<std::byte>(8)};
  EXPECT_THAT(Problem(TaskOf(DType::kUint8, huge), window), HasSubstr("the window has 8 bytes"));
}

TEST(CheckWindow, EveryElementMustBeFinite) {
  const Task task = TaskOf(DType::kFloat32, {3});
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    for (const std::size_t at : {0U, 2U}) {
      std::vector<float> elements(3, 1.0F);
      elements[at] = bad;
      EXPECT_EQ(Problem(task, Window(DType::kFloat32, {3}, elements)),
                "element " + std::to_string(at) + " of the window is not a finite number");
    }
  }
}

TEST(Normalise, TakesTheMeanOffAndDividesByTheDeviation) {
  std::vector<float> features(3);
  Normalise(TaskOf(DType::kFloat32, {3}),
            Window(DType::kFloat32, {3}, std::vector<float>{1.0F, 0.0F, 6.0F}), features);
  EXPECT_THAT(features, ElementsAre(0.0F, -0.5F, 2.5F));
  Normalise(TaskOf(DType::kUint8, {3}),
            Window(DType::kUint8, {3}, std::vector<std::uint8_t>{1, 0, 255}), features);
  EXPECT_THAT(features, ElementsAre(0.0F, -0.5F, 127.0F));
  Normalise(TaskOf(DType::kInt16, {3}),
            Window(DType::kInt16, {3}, std::vector<std::int16_t>{1, -3, 301}), features);
  EXPECT_THAT(features, ElementsAre(0.0F, -2.0F, 150.0F));
}

TEST(Normalise, EachChannelHasItsOwn) {
  Task task = TaskOf(DType::kFloat32, {2, 2});
  task.normalisation = {{0.0F, 10.0F}, {1.0F, 5.0F}};
  std::vector<float> features(4);
  Normalise(task, Window(DType::kFloat32, {2, 2}, std::vector<float>{1.0F, 2.0F, 0.0F, 20.0F}),
            features);
  EXPECT_THAT(features, ElementsAre(1.0F, 2.0F, -2.0F, 2.0F));
}

}  // namespace
}  // namespace biglittle
