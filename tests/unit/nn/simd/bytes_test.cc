#include "nn/simd/bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "hwy/targets.h"
#include "nn/simd/byte_product.h"
#include "nn/simd/quad_depthwise.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/simd/targets.h"

namespace biglittle::nn::testing {
namespace {

using ByteList = std::vector<std::uint8_t>;

// Repeatable bytes, all values among them.
ByteList SomeBytes(std::int64_t count, int seed) {
  ByteList bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    bytes.push_back(static_cast<std::uint8_t>((i * 97 + seed * 31 + i / 256) % 256));
  }
  return bytes;
}

float Rounded(float x, float least, float greatest, int zero_point) {
  return std::nearbyint(std::clamp(x, least, greatest)) + static_cast<float>(zero_point);
}

class Bytes : public EveryTarget {};

TEST_P(Bytes, QuantizeRoundsHalvesToEvenAndSaturates) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Floats in = {0,    1,     1.25F,     1.75F,      -1.25F,        -1.75F, 60,  1000, -500,
                     1e30, -1e30, kInfinity, -kInfinity, std::nanf(""), 62.9F,  -64, 63.5F};
  const std::vector<int> expected = {128, 130, 130, 132, 126, 124, 248, 255, 0,
                                     255, 0,   255, 0,   0,   254, 0,   255};
  // In lists of every length, so that each place is computed by every kind of vector.
  for (std::size_t count = 1; count <= in.size(); ++count) {
    ByteList out(in.size() + 1, 77);
    simd::QuantizeBytes(in.data(), static_cast<std::int64_t>(count), 0.5F, 128, out.data());
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(out[i], expected[i]) << in[i] << " " << count;
    EXPECT_EQ(out[count], 77);
  }
}

TEST_P(Bytes, DequantizeTakesThePointOff) {
  for (const std::int64_t count : {1, 4, 7, 16, 37, 64}) {
    const ByteList in = SomeBytes(count, 1);
    Floats out(static_cast<std::size_t>(count));
    simd::DequantizeBytes(in.data(), count, 0.25F, 100, out.data());
    for (std::size_t i = 0; i < in.size(); ++i) {
      EXPECT_EQ(out[i], (static_cast<float>(in[i]) - 100.0F) * 0.25F);
    }
  }
}

TEST_P(Bytes, WidenAndInterleave) {
  for (std::int64_t count = 1; count <= 70; ++count) {
    const ByteList a = SomeBytes(count, 1), b = SomeBytes(count, 2), c = SomeBytes(count, 3);
    std::vector<std::int16_t> wide(a.size());
    simd::WidenBytes(a.data(), count, wide.data());
    ByteList pixels(3 * a.size() + 1, 77);
    simd::InterleaveThree({a.data(), b.data(), c.data()}, count, pixels.data());
    for (std::size_t i = 0; i < a.size(); ++i) {
      ASSERT_EQ(wide[i], a[i]);
      ASSERT_EQ(pixels[3 * i], a[i]);
      ASSERT_EQ(pixels[3 * i + 1], b[i]);
      ASSERT_EQ(pixels[3 * i + 2], c[i]);
    }
    ASSERT_EQ(pixels.back(), 77);
  }
}

TEST_P(Bytes, AddInUnitsOfTheResult) {
  const simd::ByteSum sum{{10.0F, 200.0F}, {0.5F, 2.0F}, -20.0F, 100.0F, 20};
  for (const std::int64_t count : {1, 5, 16, 33, 256}) {
    const ByteList a = SomeBytes(count, 1);
    ByteList b = SomeBytes(count, 2);
    const ByteList given = b;
    simd::AddBytes(sum, a.data(), b.data(), count, b.data());
    for (std::size_t i = 0; i < a.size(); ++i) {
      const float x = (static_cast<float>(a[i]) - 10.0F) * 0.5F +
                      (static_cast<float>(given[i]) - 200.0F) * 2.0F;
      ASSERT_EQ(b[i], Rounded(x, -20.0F, 100.0F, 20)) << i;
    }
  }
}

TEST_P(Bytes, MultiplyInUnitsOfTheResult) {
  const simd::ByteMultiplication how{10.0F, 200.0F, 0.0078125F, -100.5F, 100.0F, 101};
  for (const std::int64_t count : {1, 5, 16, 33, 256}) {
    const ByteList a = SomeBytes(count, 1);
    ByteList b = SomeBytes(count, 2);
    const ByteList given = b;
    simd::MultiplyBytes(how, a.data(), b.data(), count, b.data());
    for (std::size_t i = 0; i < a.size(); ++i) {
      const float x = (static_cast<float>(a[i]) - 10.0F) * (static_cast<float>(given[i]) - 200.0F);
      ASSERT_EQ(b[i], Rounded(x * 0.0078125F, -100.5F, 100.0F, 101)) << i;
    }
  }
}

TEST_P(Bytes, TheRangeIncludesZero) {
  for (std::int64_t count = 1; count <= 40; ++count) {
    const Floats x = Ramp(count, 3.0F, -0.5F);
    const simd::FloatRange range = simd::LeastAndGreatest(x.data(), count);
    EXPECT_EQ(range.least, std::min(0.0F, x.back()));
    EXPECT_EQ(range.greatest, 3.0F);
    const Floats below = Ramp(count, -3.0F, -0.5F);
    EXPECT_EQ(simd::LeastAndGreatest(below.data(), count).greatest, 0.0F);
  }
}

TEST_P(Bytes, ScaleAndLookUp) {
  const ByteList in = SomeBytes(300, 5);
  ByteList out(in.size());
  simd::ScaleBytes({128.0F, 0.75F, -100.0F, 90.5F, 110}, in.data(), 300, out.data());
  simd::ByteTable table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::uint8_t>(
        Rounded((static_cast<float>(i) - 128.0F) * 0.75F, -100.0F, 90.5F, 110));
  }
  ByteList looked_up(in.size());
  simd::LookUpBytes(table, in.data(), 300, looked_up.data());
  EXPECT_EQ(out, looked_up);
}

// Windows of taps two columns apart, on an image whose rows are a little longer.
struct Image {
  Image(std::int64_t pixels, std::int64_t channels, std::int64_t tap_rows, std::int64_t tap_columns,
        std::int64_t stride) {
    row.tap_rows = tap_rows;
    row.tap_columns = tap_columns;
    row.column_step = 2 * channels;
    row.pixel_step = stride * channels;
    row.row_step = ((pixels - 1) * stride + 2 * tap_columns + 1) * channels;
    row.pixels = pixels;
    row.channels = channels;
    input = SomeBytes(row.row_step * std::max<std::int64_t>(tap_rows, 1) + channels, 3);
    output.assign(static_cast<std::size_t>(pixels * channels), 77);
    floats.assign(output.size(), 0.0F);
    row.input = input.data();
    row.output = output.data();
    row.floats = floats.data();
  }
  Image(const Image&) = delete;  // points into itself
  Image& operator=(const Image&) = delete;

  int Seen(std::int64_t p, std::int64_t c, std::int64_t ky, std::int64_t kx) const {
    return input[static_cast<std::size_t>(ky * row.row_step + kx * row.column_step +
                                          p * row.pixel_step + c)];
  }
  template <typename Check>
  void ForEachOutput(Check check) const {
    for (std::int64_t p = 0; p < row.pixels; ++p) {
      for (std::int64_t c = 0; c < row.channels; ++c) {
        check(p, c, static_cast<std::size_t>(p * row.channels + c));
      }
    }
  }

  simd::ByteRow row;
  ByteList input;
  ByteList output;
  Floats floats;
};

template <typename Run>
void ForEachImage(Run run) {
  for (const std::int64_t pixels : {1, 4, 7}) {
    for (const std::int64_t channels : {1, 3, 4, 16, 19, 32, 64, 75}) {
      for (const std::int64_t stride : {1, 2}) {
        Image image(pixels, channels, 2, 3, stride);
        run(image);
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(Bytes, DepthwiseSumsTaps) {
  ForEachImage([](Image& image) {
    const std::int64_t channels = image.row.channels;
    std::vector<std::int32_t> weights, bias;
    Floats scales;
    for (std::int64_t i = 0; i < 6 * channels; ++i) {
      weights.push_back(static_cast<std::int32_t>(i * 89 % 511) - 255);
    }
    for (std::int64_t c = 0; c < channels; ++c) {
      bias.push_back(static_cast<std::int32_t>(c * 100 - 700));
      scales.push_back(c % 2 == 0 ? 0.0078125F : 0.001F);
    }
    simd::ByteDepthwise how{weights.data(), 3 * channels, bias.data(),
                            scales.data(),  117,          {false, -90.0F, 100.5F, 100}};
    simd::DepthwiseBytes(image.row, how);
    how.rounding.to_floats = true;
    simd::DepthwiseBytes(image.row, how);
    image.ForEachOutput([&](std::int64_t p, std::int64_t c, std::size_t at) {
      const auto channel = static_cast<std::size_t>(c);
      std::int32_t sum = bias[channel];
      for (std::int64_t tap = 0; tap < 6; ++tap) {
        sum += (image.Seen(p, c, tap / 3, tap % 3) - 117) *
               weights[static_cast<std::size_t>(tap * channels + c)];
      }
      const float x = static_cast<float>(sum) * scales[channel];
      ASSERT_EQ(image.output[at], Rounded(x, -90.0F, 100.5F, 100)) << p << ", " << c;
      ASSERT_EQ(image.floats[at], std::clamp(x, -90.0F, 100.5F));
    });
  });
}

TEST_P(Bytes, MaxAndSumOfWindows) {
  ForEachImage([](Image& image) {
    simd::MaxOfBytes(image.row);
    const ByteList greatest = image.output;
    simd::SumOfBytes(image.row, 30, 1.0F / 12.0F, {false, -10.0F, 120.0F, 10});
    image.ForEachOutput([&](std::int64_t p, std::int64_t c, std::size_t at) {
      int most = 0;
      int sum = -6 * 30;
      for (std::int64_t tap = 0; tap < 6; ++tap) {
        most = std::max(most, image.Seen(p, c, tap / 3, tap % 3));
        sum += image.Seen(p, c, tap / 3, tap % 3);
      }
      ASSERT_EQ(greatest[at], most) << p << ", " << c;
      ASSERT_EQ(image.output[at],
                Rounded(static_cast<float>(sum) * (1.0F / 12.0F), -10.0F, 120.0F, 10));
    });
  });
}

TEST_P(Bytes, DepthwiseInFours) {
  if (!simd::MultipliesQuads()) GTEST_SKIP() << "this processor has no such products here";
  for (const std::int64_t channels : {16, 17, 24, 31, 32, 48, 63, 64, 72, 120, 200}) {
    for (const std::int64_t taps : {1, 4, 9, 25, 49}) {
      constexpr std::int64_t kPixels = 3;
      const ByteList input = SomeBytes((taps + kPixels) * channels, 9);
      const ByteList padding(static_cast<std::size_t>(kPixels * channels), 5);
      std::vector<std::int32_t> weights, start;
      Floats scales;
      for (std::int64_t i = 0; i < taps * channels; ++i) {
        weights.push_back(static_cast<std::int32_t>(i * 89 % 256) - 128);
      }
      for (std::int64_t c = 0; c < channels; ++c) {
        start.push_back(static_cast<std::int32_t>(c * 100 - 700));
        scales.push_back(c % 2 == 0 ? 0.0078125F : 0.001F);
      }
      const simd::QuadDepthwise packed(taps, channels, weights, start, scales);
      std::array<const std::uint8_t*, simd::kQuadTaps> sees;
      sees.fill(padding.data());
      for (std::int64_t tap = 1; tap < taps; ++tap) {  // the first one is outside
        sees[static_cast<std::size_t>(tap)] = input.data() + tap * channels;
      }
      ByteList output(static_cast<std::size_t>(kPixels * channels + 1), 77);
      simd::DepthwiseQuads({sees.data(), channels, kPixels, channels, output.data()}, packed,
                           {false, -90.0F, 100.5F, 100});
      EXPECT_EQ(output.back(), 77);
      for (std::int64_t p = 0; p < kPixels; ++p) {
        for (std::int64_t c = 0; c < channels; ++c) {
          std::int32_t sum = start[static_cast<std::size_t>(c)];
          for (std::int64_t tap = 0; tap < taps; ++tap) {
            const int x = tap == 0 ? 5 : input[static_cast<std::size_t>((tap + p) * channels + c)];
            sum += x * weights[static_cast<std::size_t>(tap * channels + c)];
          }
          const float x = static_cast<float>(sum) * scales[static_cast<std::size_t>(c)];
          ASSERT_EQ(output[static_cast<std::size_t>(p * channels + c)],
                    Rounded(x, -90.0F, 100.5F, 100))
              << p << ", " << c << " of " << channels << ", " << taps << " taps";
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Bytes, ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         TargetName);

}  // namespace
}  // namespace biglittle::nn::testing
