#include "nn/simd/byte_product.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "hwy/targets.h"
#include "nn/simd/tile_product.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/simd/targets.h"

namespace biglittle::nn::testing {
namespace {

struct Size {
  std::int64_t rows = 1;
  std::int64_t runs = 1;
  std::int64_t run_length = 1;
  std::int64_t columns = 1;
};

// Weights within [-range, range], inputs that are often 0 or 255, runs with gaps between.
class Problem {
 public:
  Problem(const Size& size, int range, bool pairs)
      : size_(size), draw_(static_cast<unsigned>(size.columns * 1000 + size.run_length)) {
    const std::int64_t depth = size.runs * size.run_length;
    std::uniform_int_distribution<int> weight(-range, range);
    for (std::int64_t i = 0; i < depth * size.columns; ++i) weights_.push_back(weight(draw_));
    weights_[0] = range;
    matrix_ = simd::PackedBytes(
        size.runs, size.run_length, size.columns,
        [this](std::int64_t k, std::int64_t column) { return Weight(k, column); }, pairs);
    gap_ = size.run_length + 3;
    row_ = size.runs * gap_ + 5;
    std::uniform_int_distribution<int> input(-100, 355);
    // Three bytes more may be read.
    for (std::int64_t i = 0; i < size.rows * row_ + 8; ++i) {
      const int byte = std::clamp(input(draw_), 0, 255);
      bytes_.push_back(static_cast<std::uint8_t>(byte));
      wide_.push_back(static_cast<std::int16_t>(byte));
    }
    for (std::int64_t r = 0; r < size.runs; ++r) {
      runs_.push_back(r * gap_ * matrix_.input_bytes());
    }
    const auto* const first =
        matrix_.quads() ? bytes_.data() : reinterpret_cast<const std::uint8_t*>(wide_.data());
    for (std::int64_t m = 0; m < size.rows; ++m) {
      rows_.push_back(first + m * row_ * matrix_.input_bytes());
    }
    start_.assign(static_cast<std::size_t>(matrix_.packed_columns()), 0);
    scales_.assign(start_.size(), 0.0F);
    bias_.assign(start_.size(), 0.0F);
    for (std::int64_t c = 0; c < size.columns; ++c) {
      start_[static_cast<std::size_t>(c)] = static_cast<std::int32_t>(c * 37 - 200);
      // Small enough that not all is clamped, and of a kind that often meets halves.
      scales_[static_cast<std::size_t>(c)] = c % 3 == 0 ? 0.0078125F : 0.003F;
      bias_[static_cast<std::size_t>(c)] = static_cast<float>(c) * 0.25F;
    }
  }

  std::int32_t Sum(std::int64_t m, std::int64_t c) const {
    std::int32_t sum = start_[static_cast<std::size_t>(c)];
    for (std::int64_t k = 0; k < size_.runs * size_.run_length; ++k) {
      const std::int64_t at = m * row_ + k / size_.run_length * gap_ + k % size_.run_length;
      sum += bytes_[static_cast<std::size_t>(at)] * Weight(k, c);
    }
    return sum;
  }
  std::int32_t Weight(std::int64_t k, std::int64_t column) const {
    return weights_[static_cast<std::size_t>(k * size_.columns + column)];
  }
  simd::ByteProduct Product() const {
    simd::ByteProduct product{&matrix_, runs_, {}};
    product.finish.start = start_.data();
    product.finish.scales = scales_.data();
    return product;
  }
  simd::ByteBlock Block() const {
    simd::ByteBlock block{rows_};
    block.last_panel = matrix_.panels();
    block.stride = size_.columns + 2;
    return block;
  }

  Size size_;
  std::mt19937 draw_;
  simd::PackedBytes matrix_;
  std::vector<std::int32_t> weights_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::int16_t> wide_;
  std::vector<std::int64_t> runs_;
  std::vector<const std::uint8_t*> rows_;
  std::vector<std::int32_t> start_;
  std::vector<float> scales_;
  std::vector<float> bias_;
  std::int64_t gap_ = 0;
  std::int64_t row_ = 0;
};

constexpr std::uint8_t kUntouched = 77;

// Tiles of every height, panels with every rest, runs with and without a rest.
class ByteProduct : public EveryTarget {
 protected:
  template <typename Run>
  static void ForEachProblem(Run run) {
    const std::int64_t panel = simd::PanelWidth();
    for (const std::int64_t rows : {1, 2, 5, 14, 15, 33}) {
      for (const std::int64_t columns : {std::int64_t{1}, panel / 2, panel / 2 + 1, panel - 1,
                                         panel, panel + 3, 5 * panel + 1}) {
        for (const auto& [runs, length] : {std::pair{1, 1}, {1, 4}, {3, 3}, {2, 9}, {1, 70}}) {
          for (const int range : {127, 255}) {
            Problem problem({rows, runs, length, columns}, range, false);
            run(problem);
            if (HasFatalFailure()) return;
          }
        }
      }
    }
  }
};

TEST_P(ByteProduct, RoundsSumsToBytes) {
  ForEachProblem([](Problem& p) {
    const std::int64_t stride = p.Block().stride;
    std::vector<std::uint8_t> output(static_cast<std::size_t>(p.size_.rows * stride), kUntouched);
    simd::ByteProduct product = p.Product();
    product.finish.zero_point = 3;
    product.finish.least = -2.5F;
    product.finish.greatest = 200.0F;
    simd::ByteBlock block = p.Block();
    block.bytes = output.data();
    simd::Multiply(product, block);
    for (std::int64_t m = 0; m < p.size_.rows; ++m) {
      for (std::int64_t c = 0; c < stride; ++c) {
        const int actual = output[static_cast<std::size_t>(m * stride + c)];
        if (c >= p.size_.columns) {
          ASSERT_EQ(actual, kUntouched) << m << ", " << c;
          continue;
        }
        const float value =
            static_cast<float>(p.Sum(m, c)) * p.scales_[static_cast<std::size_t>(c)];
        ASSERT_EQ(actual, std::nearbyint(std::clamp(value, -2.5F, 200.0F)) + 3.0F)
            << m << ", " << c << " of " << p.size_.rows << " x " << p.size_.columns << ", depth "
            << p.size_.runs << " x " << p.size_.run_length;
      }
    }
  });
}

TEST_P(ByteProduct, AddsResiduals) {
  ForEachProblem([](Problem& p) {
    const std::int64_t stride = p.Block().stride;
    const auto count = static_cast<std::size_t>(p.size_.rows * stride);
    std::vector<std::uint8_t> output(count);
    for (std::size_t i = 0; i < count; ++i) output[i] = static_cast<std::uint8_t>(i * 7);
    const std::vector<std::uint8_t> residual = output;
    simd::ByteProduct product = p.Product();
    product.finish.zero_point = 128;
    product.finish.least = -128.0F;
    product.finish.greatest = 127.0F;
    product.finish.residual_point = 100.0F;
    product.finish.residual_scale = 0.5F;
    simd::ByteBlock block = p.Block();
    block.bytes = output.data();
    block.residual = output.data();
    simd::Multiply(product, block);
    for (std::int64_t m = 0; m < p.size_.rows; ++m) {
      for (std::int64_t c = 0; c < p.size_.columns; ++c) {
        const auto at = static_cast<std::size_t>(m * stride + c);
        const float value =
            static_cast<float>(p.Sum(m, c)) * p.scales_[static_cast<std::size_t>(c)];
        const float sum = value + (static_cast<float>(residual[at]) - 100.0F) * 0.5F;
        const float expected = std::nearbyint(std::clamp(sum, -128.0F, 127.0F)) + 128.0F;
        // A fused multiply-add may round a half to the other side.
        ASSERT_NEAR(static_cast<float>(output[at]), expected,
                    std::fabs(sum - std::floor(sum) - 0.5F) < 1e-3F ? 1.0F : 0.0F)
            << m << ", " << c;
      }
    }
  });
}

TEST_P(ByteProduct, GivesFloats) {
  ForEachProblem([](Problem& p) {
    const std::int64_t stride = p.Block().stride;
    Floats output(static_cast<std::size_t>(p.size_.rows * stride), 99.0F);
    simd::ByteProduct product = p.Product();
    product.finish.to_floats = true;
    product.finish.bias = p.bias_.data();
    product.finish.least = -50.0F;
    simd::ByteBlock block = p.Block();
    block.floats = output.data();
    simd::Multiply(product, block);
    for (std::int64_t m = 0; m < p.size_.rows; ++m) {
      for (std::int64_t c = 0; c < p.size_.columns; ++c) {
        const auto column = static_cast<std::size_t>(c);
        const float value = static_cast<float>(p.Sum(m, c)) * p.scales_[column] + p.bias_[column];
        ASSERT_NEAR(output[static_cast<std::size_t>(m * stride + c)], std::max(value, -50.0F),
                    1e-5F * std::fabs(value) + 1e-5F)
            << m << ", " << c;
      }
    }
  });
}

// 255 * 127 in every place: pairs of such products are beyond 16 bits.
TEST_P(ByteProduct, NothingSaturates) {
  for (const bool pairs : {false, true}) {
    constexpr std::int64_t kDepth = 4096;
    const simd::PackedBytes matrix(
        1, kDepth, 3, [](std::int64_t, std::int64_t column) { return column == 1 ? -128 : 127; },
        pairs);
    const std::vector<std::uint8_t> bytes(kDepth + 4, 255);
    const std::vector<std::int16_t> wide(kDepth + 4, 255);
    const auto* const row =
        matrix.quads() ? bytes.data() : reinterpret_cast<const std::uint8_t*>(wide.data());
    const auto columns = static_cast<std::size_t>(matrix.packed_columns());
    const std::vector<std::int32_t> start(columns, 0);
    const Floats ones(columns, 1.0F);
    Floats output(3);
    simd::ByteProduct product{&matrix, simd::kOneRun, {}};
    product.finish.start = start.data();
    product.finish.scales = ones.data();
    product.finish.to_floats = true;
    simd::ByteBlock block{{&row, 1}};
    block.last_panel = matrix.panels();
    block.floats = output.data();
    block.stride = 3;
    simd::Multiply(product, block);
    constexpr float kMost = 255.0F * 127.0F * 4096.0F;
    EXPECT_EQ(output, (Floats{kMost, -255.0F * 128.0F * 4096.0F, kMost}));
    EXPECT_EQ(matrix.SumOf(1), -128 * 4096);
  }
}

// What does not fit into an int8 makes the whole matrix one of pairs.
TEST_P(ByteProduct, WideWeightsAreMultipliedInPairs) {
  const auto pack = [](std::int32_t weight) {
    return simd::PackedBytes(1, 1, 1, [weight](std::int64_t, std::int64_t) { return weight; });
  };
  EXPECT_EQ(pack(127).quads(), simd::MultipliesQuads());
  EXPECT_EQ(pack(-128).quads(), simd::MultipliesQuads());
  EXPECT_FALSE(pack(128).quads());
  EXPECT_FALSE(pack(-129).quads());
}

INSTANTIATE_TEST_SUITE_P(Targets, ByteProduct,
                         ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), TargetName);

}  // namespace
}  // namespace biglittle::nn::testing
