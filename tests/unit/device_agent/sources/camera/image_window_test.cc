#include "device_agent/sources/camera/image_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Bytes = std::vector<std::uint8_t>;

Task Images(Shape shape) {
  Task task;
  task.name = "gate";
  task.input_shape = std::move(shape);
  return task;
}

std::vector<float> Window(Shape shape, ImageSize size, const Bytes& values,
                          ImageFit fit = ImageFit::kSquash) {
  auto made = ImageWindow::Make(Images(std::move(shape)), fit);
  EXPECT_TRUE(made.ok()) << made.status();
  const auto window = made->Of({size, values});
  EXPECT_TRUE(window.ok()) << window.status();
  return {window->begin(), window->end()};
}

const Bytes kTwoPixels{1, 2, 3, 4, 5, 6};

TEST(ImageWindow, HasTheTasksLayout) {
  EXPECT_THAT(Window({3, 1, 2}, {2, 1}, kTwoPixels), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(Window({1, 3, 1, 2}, {2, 1}, kTwoPixels), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(Window({2, 2, 3}, {2, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
}

TEST(ImageWindow, OfGreyImages) {
  for (const Shape& shape : {Shape{2, 2}, Shape{1, 2, 2}, Shape{2, 2, 1}, Shape{1, 1, 2, 2}}) {
    EXPECT_THAT(Window(shape, {2, 2}, {1, 2, 3, 4}), ElementsAre(1, 2, 3, 4)) << ToString(shape);
  }
}

TEST(ImageWindow, OtherWindowsAreRefused) {
  for (const Shape& shape : {Shape{16}, Shape{2, 4, 4}, Shape{4, 4, 4}, Shape{2, 3, 4, 4}}) {
    const auto made = ImageWindow::Make(Images(shape), ImageFit::kSquash);
    EXPECT_TRUE(absl::IsInvalidArgument(made.status())) << ToString(shape);
    EXPECT_THAT(std::string(made.status().message()), HasSubstr("those of task gate are "));
  }
  EXPECT_TRUE(absl::IsInvalidArgument(
      ImageWindow::Make(Images({16'385, 1, 1}), ImageFit::kSquash).status()));
}

// A black and a white half, side by side, brought to a square.
TEST(ImageWindow, FitsAsItIsTold) {
  const Bytes halves{0, 0, 200, 200};
  EXPECT_THAT(Window({2, 2}, {4, 1}, halves), ElementsAre(29, 171, 29, 171));
  EXPECT_THAT(Window({1, 1}, {4, 1}, halves, ImageFit::kFitShortest), ElementsAre(100));
  EXPECT_THAT(Window({4, 4}, {4, 2}, {9, 9, 9, 9, 9, 9, 9, 9}, ImageFit::kFitLongest),
              ElementsAre(0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0));
}

TEST(ImageWindow, TheSizeOfImagesMayChange) {
  auto made = ImageWindow::Make(Images({1, 1}), ImageFit::kSquash);
  ASSERT_TRUE(made.ok());
  EXPECT_THAT(made->Of({{1, 1}, Bytes{7}}).value(), ElementsAre(7));
  EXPECT_THAT(made->Of({{2, 1}, Bytes{10, 20}}).value(), ElementsAre(15));
  EXPECT_THAT(made->Of({{1, 1}, Bytes{8}}).value(), ElementsAre(8));
}

}  // namespace
}  // namespace biglittle
