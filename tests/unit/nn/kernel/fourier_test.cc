#include "nn/kernel/fourier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <vector>

#include "tests/unit/nn/net_check.h"

namespace biglittle::nn {
namespace {

using Doubles = std::vector<std::complex<double>>;

// As the definition says it.
Doubles Naive(const std::vector<ComplexFloat>& in, bool inverse) {
  const auto n = static_cast<double>(in.size());
  Doubles out;
  for (std::size_t k = 0; k < in.size(); ++k) {
    std::complex<double> sum;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const double turns = static_cast<double>(k * i % in.size()) / n;
      sum += std::complex<double>(in[i]) *
             std::polar(1.0, (inverse ? 2.0 : -2.0) * std::numbers::pi * turns);
    }
    out.push_back(inverse ? sum / n : sum);
  }
  return out;
}

class EveryLength : public ::testing::TestWithParam<std::size_t> {};

TEST_P(EveryLength, IsAsDefined) {
  const std::size_t length = GetParam();
  const auto noise = testing::Noise(static_cast<std::int64_t>(2 * length));
  std::vector<ComplexFloat> in(length);
  std::vector<float> real(length);
  for (std::size_t i = 0; i < length; ++i) {
    in[i] = {noise[2 * i], noise[2 * i + 1]};
    real[i] = noise[i];
  }
  const double tolerance = 2e-6 * std::sqrt(static_cast<double>(length)) * 4;
  for (const bool inverse : {false, true}) {
    const Fourier transform(length, inverse);
    std::vector<ComplexFloat> out(length);
    std::vector<ComplexFloat> scratch(transform.scratch());
    transform.Transform(in.data(), out.data(), scratch.data());
    const Doubles expected = Naive(in, inverse);
    for (std::size_t k = 0; k < length; ++k) {
      EXPECT_LT(std::abs(std::complex<double>(out[k]) - expected[k]), tolerance)
          << k << " of " << length << (inverse ? ", inverse" : "");
    }
  }
  const Fourier transform(length, false);
  std::vector<ComplexFloat> half(transform.bins());
  std::vector<ComplexFloat> scratch(transform.scratch());
  transform.TransformReal(real.data(), half.data(), scratch.data());
  const Doubles expected = Naive({real.begin(), real.end()}, false);
  for (std::size_t k = 0; k < half.size(); ++k) {
    EXPECT_LT(std::abs(std::complex<double>(half[k]) - expected[k]), tolerance)
        << k << " of " << length << ", real";
  }
}

// Powers of two, products of 2, 3 and 5, odd ones, primes, and products of primes.
INSTANTIATE_TEST_SUITE_P(Lengths, EveryLength,
                         ::testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 16, 30, 49,
                                           63, 64, 97, 98, 100, 256, 400, 441, 480, 512));

}  // namespace
}  // namespace biglittle::nn
