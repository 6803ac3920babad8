#include "nn/simd/depthwise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "hwy/targets.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/simd/targets.h"

namespace biglittle::nn::testing {
namespace {

// Windows of 2 x 3 taps, two columns apart, on an image whose rows are a little longer.
struct Problem {
  Problem(std::int64_t pixels, std::int64_t channels, std::int64_t tap_rows,
          std::int64_t tap_columns, std::int64_t stride) {
    row.tap_rows = tap_rows;
    row.tap_columns = tap_columns;
    row.column_step = 2 * channels;
    row.pixel_step = stride * channels;
    const std::int64_t reach = (pixels - 1) * stride + std::max<std::int64_t>(tap_columns, 1) * 2;
    row.row_step = (reach + 1) * channels;
    row.pixels = pixels;
    row.channels = channels;
    input = Noise(row.row_step * std::max<std::int64_t>(tap_rows, 1), 1);
    output.assign(static_cast<std::size_t>(pixels * channels), 99.0F);
    row.input = input.data();
    row.output = output.data();
  }

  // What pixel p sees at a tap.
  float Seen(std::int64_t p, std::int64_t c, std::int64_t ky, std::int64_t kx) const {
    return input[static_cast<std::size_t>(ky * row.row_step + kx * row.column_step +
                                          p * row.pixel_step + c)];
  }
  template <typename Visit>
  void ForEachTap(Visit visit) const {
    for (std::int64_t ky = 0; ky < row.tap_rows; ++ky) {
      for (std::int64_t kx = 0; kx < row.tap_columns; ++kx) visit(ky, kx);
    }
  }
  // Calls check(p, c, output).
  template <typename Check>
  void ForEachOutput(Check check) const {
    for (std::int64_t p = 0; p < row.pixels; ++p) {
      for (std::int64_t c = 0; c < row.channels; ++c) {
        check(p, c, static_cast<double>(output[static_cast<std::size_t>(p * row.channels + c)]));
      }
    }
  }

  Problem(const Problem&) = delete;  // points into itself
  Problem& operator=(const Problem&) = delete;

  simd::WindowRow row;
  Floats input;
  Floats output;
};

class Depthwise : public EveryTarget {
 protected:
  // Pixels in fours and the rest, channels in vectors of every size and the rest.
  template <typename Run>
  static void ForEachProblem(Run run) {
    for (const std::int64_t pixels : {1, 3, 4, 9}) {
      for (std::int64_t channels = 1; channels <= 40; ++channels) {
        for (const std::int64_t stride : {1, 3}) {
          Problem problem(pixels, channels, 2, 3, stride);
          run(problem);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
};

void CheckConvolution(Problem& problem, bool residual, float least, float greatest) {
  const simd::WindowRow& row = problem.row;
  // Weights of a kernel that is wider than what is seen of it.
  const std::int64_t row_step = (row.tap_columns + 1) * row.channels;
  const Floats weights = Noise(row_step * std::max<std::int64_t>(row.tap_rows, 1), 2);
  const Floats bias = Noise(row.channels, 3);
  const Floats added = Noise(row.pixels * row.channels, 4);
  simd::DepthwiseWeights given{weights.data(), row_step, bias.data(), least, greatest};
  if (residual) std::ranges::copy(added, problem.output.begin());
  simd::DepthwiseConvolve(row, given, residual ? problem.output.data() : nullptr);
  problem.ForEachOutput([&](std::int64_t p, std::int64_t c, double actual) {
    double sum = static_cast<double>(bias[static_cast<std::size_t>(c)]);
    problem.ForEachTap([&](std::int64_t ky, std::int64_t kx) {
      const float weight = weights[static_cast<std::size_t>(ky * row_step + kx * row.channels + c)];
      sum += static_cast<double>(weight) * static_cast<double>(problem.Seen(p, c, ky, kx));
    });
    const auto at = static_cast<std::size_t>(p * row.channels + c);
    if (residual) sum += static_cast<double>(added[at]);
    const double exact =
        std::min(std::max(sum, static_cast<double>(least)), static_cast<double>(greatest));
    ASSERT_NEAR(actual, exact, 2e-6)
        << "pixel " << p << " of " << row.pixels << ", channel " << c << " of " << row.channels;
  });
}

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST_P(Depthwise, Convolution) {
  ForEachProblem([](Problem& problem) { CheckConvolution(problem, false, -kInfinity, kInfinity); });
}
TEST_P(Depthwise, ResidualInTheOutputsMemory) {
  ForEachProblem([](Problem& problem) { CheckConvolution(problem, true, -kInfinity, kInfinity); });
}
TEST_P(Depthwise, Clamp) {
  ForEachProblem([](Problem& problem) { CheckConvolution(problem, true, 0.0F, 0.5F); });
}
TEST_P(Depthwise, NoTapsLeaveTheBias) {
  for (const std::int64_t channels : {1, 7, 33}) {
    Problem rows(5, channels, 0, 3, 1);
    CheckConvolution(rows, true, -kInfinity, kInfinity);
    Problem columns(5, channels, 2, 0, 1);
    CheckConvolution(columns, false, -kInfinity, kInfinity);
  }
}

TEST_P(Depthwise, MaxPool) {
  ForEachProblem([](Problem& problem) {
    simd::MaxPool(problem.row);
    problem.ForEachOutput([&](std::int64_t p, std::int64_t c, double actual) {
      float greatest = -kInfinity;
      problem.ForEachTap([&](std::int64_t ky, std::int64_t kx) {
        greatest = std::max(greatest, problem.Seen(p, c, ky, kx));
      });
      ASSERT_EQ(actual, static_cast<double>(greatest)) << p << ", " << c;
    });
  });
}

TEST_P(Depthwise, SumPool) {
  ForEachProblem([](Problem& problem) {
    simd::SumPool(problem.row, 0.25F);
    problem.ForEachOutput([&](std::int64_t p, std::int64_t c, double actual) {
      double sum = 0.0;
      problem.ForEachTap([&](std::int64_t ky, std::int64_t kx) {
        sum += static_cast<double>(problem.Seen(p, c, ky, kx));
      });
      ASSERT_NEAR(actual, 0.25 * sum, 1e-6) << p << ", " << c;
    });
  });
}

// The mean of equal numbers is that number, however many there are.
TEST_P(Depthwise, LongSumsKeepTheirDigits) {
  for (const std::int64_t taps : {1000, 100000}) {
    for (const std::int64_t channels : {1, 19}) {
      Problem problem(1, channels, 1, taps, 1);
      std::ranges::fill(problem.input, 0.1F);
      simd::SumPool(problem.row, 1.0F / static_cast<float>(taps));
      problem.ForEachOutput([&](std::int64_t, std::int64_t, double actual) {
        ASSERT_NEAR(actual, 0.1, 1e-6) << taps << " taps";
      });
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Depthwise,
                         ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), TargetName);

}  // namespace
}  // namespace biglittle::nn::testing
