#include "nn/simd/winograd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "hwy/targets.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/simd/targets.h"

namespace biglittle::nn::testing {
namespace {

using simd::kWinogradInput;
using simd::kWinogradOutput;
using simd::kWinogradPoints;

// What the header promises.
constexpr double kBound = 0x1p-18;

// One tile, all input channels to all output channels, products and sums as the engine does them
// but one after the other.
struct Tile {
  std::int64_t inputs = 16;
  std::int64_t outputs = 16;
  Floats pixels;   // [6 * 6, inputs]
  Floats weights;  // [outputs, inputs, 3 * 3]
  Floats bias;

  std::array<float, 9> Kernel(std::int64_t m, std::int64_t k) const {
    std::array<float, 9> kernel{};
    std::copy_n(weights.begin() + (m * inputs + k) * 9, 9, kernel.begin());
    return kernel;
  }

  // [points, outputs], to be transformed back.
  Floats Products() const {
    const auto points = static_cast<std::size_t>(kWinogradPoints);
    Floats transformed(points * static_cast<std::size_t>(inputs));
    simd::WinogradInput input;
    for (std::size_t i = 0; i < points; ++i) {
      input.pixels[i] = pixels.data() + static_cast<std::int64_t>(i) * inputs;
    }
    input.channels = inputs;
    input.output = transformed.data();
    input.stride = inputs;
    simd::TransformInput(input);
    Floats products(points * static_cast<std::size_t>(outputs), 0.0F);
    for (std::int64_t m = 0; m < outputs; ++m) {
      for (std::int64_t k = 0; k < inputs; ++k) {
        const auto kernel = simd::TransformWeights(Kernel(m, k));
        for (std::size_t point = 0; point < points; ++point) {
          const auto row = static_cast<std::int64_t>(point);
          products[static_cast<std::size_t>(row * outputs + m)] +=
              kernel[point] * transformed[static_cast<std::size_t>(row * inputs + k)];
        }
      }
    }
    return products;
  }

  double At(std::int64_t y, std::int64_t x, std::int64_t m) const {
    double sum = static_cast<double>(bias[static_cast<std::size_t>(m)]);
    for (std::int64_t k = 0; k < inputs; ++k) {
      const auto kernel = Kernel(m, k);
      for (std::int64_t tap = 0; tap < 9; ++tap) {
        const std::int64_t pixel = (y + tap / 3) * kWinogradInput + x + tap % 3;
        sum += static_cast<double>(kernel[static_cast<std::size_t>(tap)]) *
               static_cast<double>(pixels[static_cast<std::size_t>(pixel * inputs + k)]);
      }
    }
    return sum;
  }

  // What the bound is measured in: over the input channels, the tile's greatest pixel times the
  // weights' magnitudes.
  double SizeOf(std::int64_t m) const {
    double size = 0.0;
    for (std::int64_t k = 0; k < inputs; ++k) {
      double greatest = 0.0;
      for (std::int64_t pixel = 0; pixel < kWinogradPoints; ++pixel) {
        const float x = pixels[static_cast<std::size_t>(pixel * inputs + k)];
        greatest = std::max(greatest, static_cast<double>(std::fabs(x)));
      }
      for (const float w : Kernel(m, k)) size += greatest * static_cast<double>(std::fabs(w));
    }
    return size;
  }
};

Tile NoiseTile(std::int64_t inputs, std::int64_t outputs, std::uint64_t seed) {
  return {inputs, outputs, Noise(kWinogradPoints * inputs, seed),
          Noise(outputs * inputs * 9, seed + 100), Noise(outputs, seed + 200)};
}

simd::WinogradOutput OutputOf(const Tile& tile, const Floats& products, Floats& output) {
  simd::WinogradOutput transform;
  transform.input = products.data();
  transform.stride = tile.outputs;
  transform.channels = tile.outputs;
  transform.bias = tile.bias.data();
  transform.residuals.fill(nullptr);
  for (std::size_t i = 0; i < transform.pixels.size(); ++i) {
    transform.pixels[i] = output.data() + static_cast<std::int64_t>(i) * tile.outputs;
  }
  return transform;
}

// The greatest error among the tile's outputs, in the bound's units.
double GreatestError(const Tile& tile) {
  const Floats products = tile.Products();
  Floats output(static_cast<std::size_t>(16 * tile.outputs));
  simd::TransformOutput(OutputOf(tile, products, output));
  double greatest = 0.0;
  for (std::int64_t i = 0; i < 16 * tile.outputs; ++i) {
    const std::int64_t pixel = i / tile.outputs;
    const std::int64_t m = i % tile.outputs;
    const double error = std::fabs(static_cast<double>(output[static_cast<std::size_t>(i)]) -
                                   tile.At(pixel / 4, pixel % 4, m));
    greatest = std::max(greatest, error / tile.SizeOf(m));
  }
  return greatest;
}

class Winograd : public EveryTarget {
 protected:
  // Tiles of noise, changed by `change`.
  template <typename Change>
  static void ExpectWithinBound(Change change) {
    double greatest = 0.0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      for (const std::int64_t inputs : {16, 64}) {
        Tile tile = NoiseTile(inputs, 32, seed);
        tile.bias.assign(32, 0.0F);
        change(tile);
        greatest = std::max(greatest, GreatestError(tile));
      }
    }
    EXPECT_LT(greatest, kBound);
  }
  template <typename Function>
  static void ForEachPixel(Tile& tile, Function function) {
    for (std::int64_t i = 0; i < kWinogradPoints * tile.inputs; ++i) {
      float& x = tile.pixels[static_cast<std::size_t>(i)];
      x = function(x, i / tile.inputs, i % tile.inputs);
    }
  }
};

TEST_P(Winograd, IsWithinItsBoundOfTheConvolution) {
  ExpectWithinBound([](Tile&) {});
}

// As after a relu: many zeros.
TEST_P(Winograd, IsWithinItsBoundOnSparseInputs) {
  ExpectWithinBound([](Tile& tile) {
    ForEachPixel(tile, [](float x, auto, auto) { return std::max(x - 0.5F, 0.0F); });
  });
}

// All of one sign and nearly the same, as in an image.
TEST_P(Winograd, IsWithinItsBoundOnSmoothInputs) {
  ExpectWithinBound(
      [](Tile& tile) { ForEachPixel(tile, [](float x, auto, auto) { return 1.0F + 0.1F * x; }); });
}

// One channel decides, and signs alternate: what the transforms magnify most.
TEST_P(Winograd, IsWithinItsBoundOnALoneChannelsCheckerboard) {
  ExpectWithinBound([](Tile& tile) {
    ForEachPixel(tile, [](float x, auto pixel, auto channel) {
      if (channel != 0) return 0.0F;
      return (pixel / 6 + pixel) % 2 == 0 ? 1.0F + 0.01F * x : -1.0F + 0.01F * x;
    });
  });
}

// A single pixel of the input meets a single tap: small whole numbers stay exact but for the
// kernel's thirds.
TEST_P(Winograd, EveryPixelMeetsItsTaps) {
  for (std::int64_t pixel = 0; pixel < kWinogradPoints; ++pixel) {
    Tile tile{16, 16, Floats(36 * 16, 0.0F), Floats(16 * 16 * 9, 0.0F), Floats(16, 0.0F)};
    tile.pixels[static_cast<std::size_t>(pixel * 16 + 3)] = 1.0F;
    for (std::int64_t tap = 0; tap < 9; ++tap) {
      tile.weights[static_cast<std::size_t>((5 * 16 + 3) * 9 + tap)] = static_cast<float>(tap + 1);
    }
    const Floats products = tile.Products();
    Floats output(16 * 16);
    simd::TransformOutput(OutputOf(tile, products, output));
    for (std::int64_t i = 0; i < 16; ++i) {
      for (std::int64_t m = 0; m < 16; ++m) {
        ASSERT_NEAR(static_cast<double>(output[static_cast<std::size_t>(i * 16 + m)]),
                    tile.At(i / 4, i % 4, m), 1e-4)
            << "pixel " << pixel << ", output " << i << ", channel " << m;
      }
    }
  }
}

TEST_P(Winograd, ResidualsClampAndPixelsOutside) {
  const Tile tile = NoiseTile(16, 48, 1);
  const Floats products = tile.Products();
  const Floats residual = Noise(16 * 48, 7);
  Floats output = residual;
  simd::WinogradOutput transform = OutputOf(tile, products, output);
  transform.least = -0.5F;
  transform.greatest = 1.0F;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i % 4 == 3) transform.pixels[i] = nullptr;
    if (i != 5) transform.residuals[i] = transform.pixels[i];  // in the output's memory
  }
  simd::TransformOutput(transform);
  for (std::int64_t i = 0; i < 16 * 48; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t pixel = i / 48;
    if (pixel % 4 == 3) {
      ASSERT_EQ(output[at], residual[at]) << "pixel " << pixel << " is outside";
      continue;
    }
    double sum = tile.At(pixel / 4, pixel % 4, i % 48);
    if (pixel != 5) sum += static_cast<double>(residual[at]);
    ASSERT_NEAR(static_cast<double>(output[at]), std::clamp(sum, -0.5, 1.0), 1e-3) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Winograd,
                         ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), TargetName);

}  // namespace
}  // namespace biglittle::nn::testing
