#include "cli/tuning/binomial.h"

#include <algorithm>
#include <cmath>

namespace biglittle {

double BinomialCdf(std::uint64_t k, std::uint64_t n, double p) {
  if (k >= n || p <= 0.0) return 1.0;
  if (p >= 1.0) return 0.0;
  // The terms rise up to the mean and fall behind it; each is got from its neighbour, beginning
  // with the k-th, which is the largest that counts where k is below the mean.
  const auto count = static_cast<double>(n);
  const auto at = static_cast<double>(k);
  const double log_term = std::lgamma(count + 1) - std::lgamma(at + 1) -
                          std::lgamma(count - at + 1) + at * std::log(p) +
                          (count - at) * std::log1p(-p);
  double ratio = 1.0;
  double sum = 1.0;
  for (std::uint64_t i = k; i > 0; --i) {
    ratio *= static_cast<double>(i) / static_cast<double>(n - i + 1) * (1.0 - p) / p;
    sum += ratio;
    if (ratio < sum * 1e-17 && static_cast<double>(i) < count * p) break;
    if (std::isinf(sum)) break;
  }
  if (std::isinf(sum)) return 1.0;  // far above the mean
  return std::min(1.0, std::exp(log_term + std::log(sum)));
}

double BinomialUpperBound(std::uint64_t errors, std::uint64_t trials, double confidence) {
  if (errors >= trials) return 1.0;
  double low = static_cast<double>(errors) / static_cast<double>(trials);
  double high = 1.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2.0;
    (BinomialCdf(errors, trials, middle) > 1.0 - confidence ? low : high) = middle;
  }
  return high;
}

std::uint64_t TrialsNeeded(double rate, double confidence) {
  return static_cast<std::uint64_t>(std::ceil(std::log(1.0 - confidence) / std::log1p(-rate)));
}

}  // namespace biglittle
