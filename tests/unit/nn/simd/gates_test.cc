#include "nn/simd/gates.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "hwy/targets.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/simd/targets.h"

namespace biglittle::nn::testing {
namespace {

class Gates : public EveryTarget {
 protected:
  using Exact = std::function<double(double, double, double, double)>;
  using Function = std::function<void(const float*, const float*, const float*, const float*,
                                      float*, std::int64_t)>;

  // For every count up to a few vectors, into memory of its own and into that of each input.
  static void Check(const Exact& exact, const Function& function, int inputs) {
    for (std::int64_t count = 1; count <= 70; ++count) {
      for (int target = -1; target < inputs; ++target) {
        std::vector<Floats> in;
        for (std::uint64_t seed = 1; seed <= 4; ++seed) in.push_back(Noise(count, seed));
        const std::vector<Floats> before = in;
        Floats own(static_cast<std::size_t>(count));
        Floats& output = target < 0 ? own : in[static_cast<std::size_t>(target)];
        function(in[0].data(), in[1].data(), in[2].data(), in[3].data(), output.data(), count);
        for (std::size_t i = 0; i < output.size(); ++i) {
          const auto at = [&](std::size_t k) { return static_cast<double>(before[k][i]); };
          ASSERT_NEAR(static_cast<double>(output[i]), exact(at(0), at(1), at(2), at(3)), 0x1p-22)
              << "element " << i << " of " << count << ", into input " << target;
        }
      }
    }
  }
};

TEST_P(Gates, Add) {
  Check([](double a, double b, double, double) { return a + b; },
        [](auto a, auto b, auto, auto, auto y, auto n) { simd::Add(a, b, y, n); }, 2);
}
TEST_P(Gates, Multiply) {
  Check([](double a, double b, double, double) { return a * b; },
        [](auto a, auto b, auto, auto, auto y, auto n) { simd::Multiply(a, b, y, n); }, 2);
}
TEST_P(Gates, MultiplyAdd) {
  Check([](double a, double b, double c, double) { return a * b + c; },
        [](auto a, auto b, auto c, auto, auto y, auto n) { simd::MultiplyAdd(a, b, c, y, n); }, 3);
}
TEST_P(Gates, SumOfProducts) {
  Check(
      [](double a, double b, double c, double d) { return a * b + c * d; },
      [](auto a, auto b, auto c, auto d, auto y, auto n) { simd::SumOfProducts(a, b, c, d, y, n); },
      4);
}
TEST_P(Gates, Blend) {
  Check([](double w, double a, double b, double) { return w * a + (1.0 - w) * b; },
        [](auto w, auto a, auto b, auto, auto y, auto n) { simd::Blend(w, a, b, y, n); }, 3);
}

// The last elements of an array go through other code than the first: the bits are the same.
TEST_P(Gates, BitsDoNotDependOnTheCount) {
  const std::vector<Floats> in = {Noise(67, 1), Noise(67, 2), Noise(67, 3), Noise(67, 4)};
  Floats whole(67);
  Floats single(67);
  simd::SumOfProducts(in[0].data(), in[1].data(), in[2].data(), in[3].data(), whole.data(), 67);
  for (std::size_t i = 0; i < 67; ++i) {
    simd::SumOfProducts(&in[0][i], &in[1][i], &in[2][i], &in[3][i], &single[i], 1);
  }
  EXPECT_EQ(single, whole);
  simd::Blend(in[0].data(), in[1].data(), in[2].data(), whole.data(), 67);
  for (std::size_t i = 0; i < 67; ++i) {
    simd::Blend(&in[0][i], &in[1][i], &in[2][i], &single[i], 1);
  }
  EXPECT_EQ(single, whole);
}

INSTANTIATE_TEST_SUITE_P(Targets, Gates, ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         TargetName);

}  // namespace
}  // namespace biglittle::nn::testing
