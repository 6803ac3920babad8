// Against Pillow; golden.h says how golden/ is written.
#include "signal/image_resizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "tests/unit/signal/golden.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

constexpr std::size_t kChannels = 3;

ImageResizer Make(const ImageResizeOptions& options) {
  auto made = ImageResizer::Make(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

// From [pixels, channels] to [channels, pixels].
template <typename Value>
std::vector<Value> Planar(const std::vector<Value>& image) {
  std::vector<Value> planar;
  for (std::size_t channel = 0; channel < kChannels; ++channel) {
    for (std::size_t i = channel; i < image.size(); i += kChannels) planar.push_back(image[i]);
  }
  return planar;
}

struct Case {
  std::string name;
  ImageSize to;
  ImageFit fit;
};

class ImageGolden : public testing::TestWithParam<Case> {
 protected:
  ImageResizer Resizer(ImageLayout layout) {
    return Make({.from = {23, 17},
                 .to = GetParam().to,
                 .channels = kChannels,
                 .layout = layout,
                 .fit = GetParam().fit,
                 .fill = 114});
  }
  template <typename Value>
  void ExpectAlike(const std::vector<Value>& found, const std::vector<std::uint8_t>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_NEAR(static_cast<double>(found[i]), expected[i], 1.01) << "value " << i;
    }
  }

  const std::vector<std::uint8_t> image_ = ReadGolden<std::uint8_t>("image_23x17.u8");
  const std::vector<std::uint8_t> golden_ = ReadGolden<std::uint8_t>(GetParam().name + ".u8");
};

TEST_P(ImageGolden, BytesHwc) {
  ImageResizer resizer = Resizer(ImageLayout::kHwc);
  ASSERT_EQ(resizer.input_values(), image_.size());
  std::vector<std::uint8_t> out(resizer.output_values());
  resizer.Resize(image_, out);
  ExpectAlike(out, golden_);
  resizer.Resize(image_, out);  // nothing of the first is left
  ExpectAlike(out, golden_);
}

TEST_P(ImageGolden, BytesChw) {
  ImageResizer resizer = Resizer(ImageLayout::kChw);
  std::vector<std::uint8_t> out(resizer.output_values());
  resizer.Resize(Planar(image_), out);
  ExpectAlike(out, Planar(golden_));
}

TEST_P(ImageGolden, Floats) {
  ImageResizer resizer = Resizer(ImageLayout::kHwc);
  std::vector<float> out(resizer.output_values());
  resizer.Resize(std::vector<float>(image_.begin(), image_.end()), out);
  ExpectAlike(out, golden_);
}

INSTANTIATE_TEST_SUITE_P(Fits, ImageGolden,
                         testing::Values(Case{"squash_10x12", {10, 12}, ImageFit::kSquash},
                                         Case{"squash_40x30", {40, 30}, ImageFit::kSquash},
                                         Case{"squash_5x31", {5, 31}, ImageFit::kSquash},
                                         Case{"shortest_8x8", {8, 8}, ImageFit::kFitShortest},
                                         Case{"shortest_30x9", {30, 9}, ImageFit::kFitShortest},
                                         Case{"longest_16x16", {16, 16}, ImageFit::kFitLongest},
                                         Case{"longest_9x20", {9, 20}, ImageFit::kFitLongest}),
                         [](const auto& test) { return test.param.name; });

TEST(ImageResizerTest, FloatsAsPillowsModeF) {
  const auto image = ReadGolden<std::uint8_t>("image_23x17.u8");
  std::vector<float> grey;
  for (std::size_t i = 0; i < image.size(); i += kChannels) {
    grey.push_back(static_cast<float>(image[i]) / 255.0F - 0.5F);
  }
  const auto expected = ReadGolden<float>("squash_7x9.f32");
  ImageResizer resizer = Make({.from = {23, 17}, .to = {7, 9}, .channels = 1});
  std::vector<float> out(resizer.output_values());
  resizer.Resize(grey, out);
  ASSERT_EQ(out.size(), expected.size());
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_NEAR(out[i], expected[i], 2e-6F);
}

TEST(ImageResizerTest, LeavesAnImageThatHasTheSize) {
  const auto image = ReadGolden<std::uint8_t>("image_23x17.u8");
  for (const ImageFit fit : {ImageFit::kSquash, ImageFit::kFitShortest, ImageFit::kFitLongest}) {
    ImageResizer resizer = Make({.from = {23, 17}, .to = {23, 17}, .fit = fit});
    std::vector<std::uint8_t> out(image.size());
    resizer.Resize(image, out);
    EXPECT_EQ(out, image);
  }
}

// The extremes of sizes and aspects: inside the memory, and one colour stays that colour.
TEST(ImageResizerTest, OneColourStaysInAnySize) {
  const std::vector<std::size_t> sides{1, 2, 3, 7, 30, 61};
  for (const ImageFit fit : {ImageFit::kSquash, ImageFit::kFitShortest, ImageFit::kFitLongest}) {
    for (std::size_t i = 0; i < 6 * 6 * 6 * 6; ++i) {
      ImageResizer resizer = Make({.from = {sides[i % 6], sides[i / 6 % 6]},
                                   .to = {sides[i / 36 % 6], sides[i / 216]},
                                   .channels = 1,
                                   .fit = fit,
                                   .fill = 200});
      std::vector<std::uint8_t> out(resizer.output_values());
      resizer.Resize(std::vector<std::uint8_t>(resizer.input_values(), 200), out);
      ASSERT_EQ(std::count(out.begin(), out.end(), 200), std::ssize(out)) << i;
    }
  }
}

TEST(ImageResizerTest, SaysWhatIsWrong) {
  const auto problem = [](const ImageResizeOptions& options) {
    return std::string(ImageResizer::Make(options).status().message());
  };
  EXPECT_THAT(problem({.from = {0, 4}, .to = {4, 4}}), HasSubstr("an image of 0 x 4 pixels: each"));
  EXPECT_THAT(problem({.from = {4, 4}, .to = {4, 16'385}}),
              HasSubstr("a resize to an image of 4 x 16385 pixels"));
  EXPECT_THAT(problem({.from = {16'384, 16'384}, .to = {4, 4}}), HasSubstr("all values"));
  EXPECT_THAT(problem({.from = {4, 4}, .to = {4, 4}, .channels = 0}), HasSubstr("0 channels"));
  EXPECT_THAT(problem({.from = {4, 4}, .to = {4, 4}, .channels = 17}), HasSubstr("17 channels"));
  EXPECT_THAT(problem({.from = {4, 4}, .to = {4, 4}, .fill = std::nanf("")}), HasSubstr("a fill"));
}

}  // namespace
}  // namespace biglittle
