#include "cli/tuning/group_bound.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

#include "cli/tuning/binomial.h"

namespace biglittle {
namespace {

constexpr int kBisections = 60;

// The relative entropy of two coins; 0 log 0 is 0.
double Entropy(double a, double b) {
  const double heads = a <= 0.0 ? 0.0 : a * std::log(a / b);
  const double tails = a >= 1.0 ? 0.0 : (1.0 - a) * std::log((1.0 - a) / (1.0 - b));
  return heads + tails;
}

}  // namespace

double GroupPValue(std::span<const double> shares, double rate) {
  if (shares.empty()) return 1.0;
  if (rate >= 1.0) return 0.0;
  const auto count = static_cast<double>(shares.size());
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  const double mean = std::min(sum / count, rate);
  const double hoeffding = std::exp(-count * Entropy(mean, rate));
  // Sums of shares are seldom whole by their last digit.
  const auto errors = static_cast<std::uint64_t>(std::ceil(sum - 1e-9));
  const double bentkus = std::numbers::e * BinomialCdf(errors, shares.size(), rate);
  return std::min({hoeffding, bentkus, 1.0});
}

double GroupUpperBound(std::span<const double> shares, double confidence) {
  double low = 0.0;
  double high = 1.0;
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (low + high) / 2.0;
    (GroupPValue(shares, middle) > 1.0 - confidence ? low : high) = middle;
  }
  return high;
}

}  // namespace biglittle
