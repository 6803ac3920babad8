#include "nn/simd/tile_product.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "hwy/targets.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/simd/targets.h"

namespace biglittle::nn::testing {
namespace {

constexpr float kUntouched = 1234.5F;

// Rows that overlap in one array, as the windows of a convolution do.
struct Problem {
  Problem(std::int64_t row_count, std::int64_t width, Ints run_starts, std::int64_t length)
      : columns(width),
        runs(std::move(run_starts)),
        run_length(length),
        stride(width + 3),
        bias(Noise(width, 2)),
        residual(Noise(row_count * stride, 3)) {
    const std::int64_t reach = *std::ranges::max_element(runs) + run_length;
    input = Noise(reach + (row_count - 1) * kRowStep, 4);
    weights = Noise(depth() * columns, 5);
    for (std::int64_t row = 0; row < row_count; ++row) {
      pointers.push_back(input.data() + row * kRowStep);
    }
    matrix = simd::PackedMatrix(
        depth(), columns,
        [this](std::int64_t k, std::int64_t column) {
          return weights[static_cast<std::size_t>(k * columns + column)];
        },
        bias);
  }
  Problem(const Problem&) = delete;  // points into itself
  Problem& operator=(const Problem&) = delete;

  std::int64_t depth() const { return static_cast<std::int64_t>(runs.size()) * run_length; }
  std::int64_t rows() const { return static_cast<std::int64_t>(pointers.size()); }
  simd::TileProduct Product() const { return {&matrix, runs, run_length, least, greatest}; }
  // Rows [first, last).
  simd::TileBlock Block(std::int64_t first, std::int64_t last, Floats& output) const {
    simd::TileBlock block;
    block.rows = std::span(pointers).subspan(static_cast<std::size_t>(first),
                                             static_cast<std::size_t>(last - first));
    block.last_panel = matrix.panels();
    block.output = output.data() + first * stride;
    block.stride = stride;
    return block;
  }
  Floats Untouched() const { return Floats(residual.size(), kUntouched); }

  // Row m, column c in double, and how far off a sum in float may be.
  struct Exact {
    double value;
    double tolerance;
  };
  Exact At(std::int64_t m, std::int64_t c, bool add_residual) const {
    double sum = static_cast<double>(bias[static_cast<std::size_t>(c)]);
    if (add_residual)
      sum += static_cast<double>(residual[static_cast<std::size_t>(m * stride + c)]);
    double size = std::fabs(sum) + 2.0;
    for (std::int64_t k = 0; k < depth(); ++k) {
      const auto run = static_cast<std::size_t>(k / run_length);
      const double product =
          static_cast<double>(pointers[static_cast<std::size_t>(m)][runs[run] + k % run_length]) *
          static_cast<double>(weights[static_cast<std::size_t>(k * columns + c)]);
      sum += product;
      size += std::fabs(product);
    }
    const double clamped =
        std::min(std::max(sum, static_cast<double>(least)), static_cast<double>(greatest));
    return {clamped, size * static_cast<double>(depth() + 3) * 0x1p-24};
  }

  void Check(const Floats& output, bool add_residual) const {
    for (std::int64_t m = 0; m < rows(); ++m) {
      for (std::int64_t c = 0; c < stride; ++c) {
        const float actual = output[static_cast<std::size_t>(m * stride + c)];
        if (c >= columns) {
          ASSERT_EQ(actual,
                    add_residual ? residual[static_cast<std::size_t>(m * stride + c)] : kUntouched)
              << "behind the columns of row " << m;
          continue;
        }
        const Exact exact = At(m, c, add_residual);
        ASSERT_NEAR(static_cast<double>(actual), exact.value, exact.tolerance)
            << rows() << " x " << columns << ", row " << m << ", column " << c;
      }
    }
  }

  static constexpr std::int64_t kRowStep = 2;
  std::int64_t columns;
  Ints runs;
  std::int64_t run_length;
  std::int64_t stride;
  Floats bias;
  Floats residual;
  Floats input;
  Floats weights;
  std::vector<const float*> pointers;
  simd::PackedMatrix matrix;
  float least = -std::numeric_limits<float>::infinity();
  float greatest = std::numeric_limits<float>::infinity();
};

class TileProduct : public EveryTarget {};

TEST_P(TileProduct, UsesTheChosenInstructions) {
  // The later Highway, the more sets there are with AVX-512; they stand before AVX3.
  const std::int64_t lanes = GetParam() <= HWY_AVX3     ? 16
                             : GetParam() == HWY_AVX2   ? 8
                             : GetParam() == HWY_SCALAR ? 1
                                                        : 4;
  EXPECT_EQ(simd::NarrowWidth(), lanes);
  EXPECT_EQ(simd::PanelWidth(), 2 * simd::NarrowWidth());
}

TEST_P(TileProduct, RowsAndColumns) {
  for (std::int64_t rows = 1; rows <= 30; ++rows) {
    for (std::int64_t columns = 1; columns <= 70; ++columns) {
      const Problem problem(rows, columns, {0}, 5);
      Floats output = problem.Untouched();
      simd::Multiply(problem.Product(), problem.Block(0, rows, output));
      problem.Check(output, false);
      if (HasFatalFailure()) return;
    }
  }
}

// Many panels with one row take a way of their own.
TEST_P(TileProduct, OneRowOfManyPanels) {
  for (std::int64_t columns = 8; columns <= 9 * simd::PanelWidth(); columns += 5) {
    Problem problem(1, columns, {0}, 7);
    Floats output = problem.Untouched();
    simd::Multiply(problem.Product(), problem.Block(0, 1, output));
    problem.Check(output, false);
    problem.least = -0.25F;
    problem.greatest = 0.5F;
    output = problem.residual;
    simd::TileBlock block = problem.Block(0, 1, output);
    block.residual = output.data();
    simd::Multiply(problem.Product(), block);
    problem.Check(output, true);
    if (HasFatalFailure()) return;
  }
}

TEST_P(TileProduct, Runs) {
  for (const Ints& runs : {Ints{0, 3}, Ints{40, 0, 17, 17}, Ints{5, 6, 7}}) {
    for (const std::int64_t length : {1, 2, 9, 16}) {
      const Problem problem(13, 37, runs, length);
      Floats output = problem.Untouched();
      simd::Multiply(problem.Product(), problem.Block(0, 13, output));
      problem.Check(output, false);
    }
  }
}

TEST_P(TileProduct, NoBiasIsZero) {
  Problem problem(3, 11, {0}, 4);
  problem.matrix = simd::PackedMatrix(
      4, 11, [&](std::int64_t k, std::int64_t c) { return problem.weights[k * 11 + c]; }, {});
  problem.bias.assign(11, 0.0F);
  Floats output = problem.Untouched();
  simd::Multiply(problem.Product(), problem.Block(0, 3, output));
  problem.Check(output, false);
}

TEST_P(TileProduct, ResidualInTheOutputsMemory) {
  for (std::int64_t rows = 1; rows <= 30; rows += 3) {
    for (std::int64_t columns = 1; columns <= 70; ++columns) {
      const Problem problem(rows, columns, {0, 8}, 3);
      Floats output = problem.residual;
      simd::TileBlock block = problem.Block(0, rows, output);
      block.residual = output.data();
      simd::Multiply(problem.Product(), block);
      problem.Check(output, true);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(TileProduct, Clamp) {
  for (const std::int64_t columns : {1, 4, 9, 32, 61}) {
    Problem problem(17, columns, {0}, 6);
    problem.least = 0.0F;
    problem.greatest = 0.75F;
    Floats output = problem.Untouched();
    simd::Multiply(problem.Product(), problem.Block(0, 17, output));
    problem.Check(output, false);
    EXPECT_EQ(*std::ranges::min_element(output), 0.0F);
  }
}

// Rows and panels divided in every way, all to the last bit.
TEST_P(TileProduct, BitsDoNotDependOnTheDivision) {
  for (const std::int64_t columns : {5, 33, 64, 9 * 32 + 7}) {
    const Problem problem(29, columns, {0, 11}, 23);
    Floats whole = problem.residual;
    simd::TileBlock all = problem.Block(0, 29, whole);
    all.residual = problem.residual.data();
    simd::Multiply(problem.Product(), all);
    problem.Check(whole, true);
    for (const std::int64_t rows : {1, 2, 7, 13, 28}) {
      for (const std::int64_t panels : {1, 2, 3, 100}) {
        Floats parts = problem.residual;
        for (std::int64_t row = 0; row < 29; row += rows) {
          for (std::int64_t panel = 0; panel < problem.matrix.panels(); panel += panels) {
            simd::TileBlock block =
                problem.Block(row, std::min<std::int64_t>(row + rows, 29), parts);
            block.first_panel = panel;
            block.last_panel = std::min(panel + panels, problem.matrix.panels());
            block.residual = block.output;
            simd::Multiply(problem.Product(), block);
          }
        }
        ASSERT_EQ(parts, whole) << columns << " columns by " << panels << " panels, rows by "
                                << rows;
      }
    }
  }
}

TEST_P(TileProduct, OtherPanelsAreLeftAlone) {
  const std::int64_t width = simd::PanelWidth();
  const Problem problem(9, 3 * width, {0}, 4);
  Floats output = problem.Untouched();
  simd::TileBlock block = problem.Block(0, 9, output);
  block.first_panel = 1;
  block.last_panel = 2;
  simd::Multiply(problem.Product(), block);
  for (std::int64_t m = 0; m < 9; ++m) {
    for (std::int64_t c = 0; c < 3 * width; ++c) {
      const bool asked = c >= width && c < 2 * width;
      const float actual = output[static_cast<std::size_t>(m * problem.stride + c)];
      ASSERT_EQ(actual != kUntouched, asked) << m << ", " << c;
    }
  }
}

TEST_P(TileProduct, PanelsHoldAllColumns) {
  for (std::int64_t columns = 1; columns <= 5 * simd::PanelWidth(); ++columns) {
    const simd::PackedMatrix matrix(
        2, columns, [](std::int64_t k, std::int64_t c) { return static_cast<float>(100 * c + k); },
        {});
    std::int64_t held = 0;
    for (std::int64_t p = 0; p < matrix.panels(); ++p) {
      ASSERT_EQ(matrix.Panel(p)[0], static_cast<float>(100 * p * simd::PanelWidth()));
      ASSERT_EQ(matrix.Panel(p)[matrix.Width(p)], matrix.Panel(p)[0] + 1.0F);
      held += matrix.Width(p);
    }
    ASSERT_GE(held, columns);
    ASSERT_LT(held - columns, simd::NarrowWidth());
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, TileProduct,
                         ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), TargetName);

}  // namespace
}  // namespace biglittle::nn::testing
