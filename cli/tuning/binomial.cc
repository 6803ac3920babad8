#include "cli/tuning/binomial.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace biglittle {
namespace {

// What no data set has, and an integer can still hold.
constexpr double kMostTrials = 1e18;

// ln n! - ln(sqrt(2 pi n) (n / e)^n), what Stirling's formula lacks.
double StirlingError(double n) {
  if (n < 16.0) {
    double log_factorial = 0.0;
    for (double i = 2.0; i <= n; ++i) log_factorial += std::log(i);
    return log_factorial - 0.5 * std::log(2.0 * std::numbers::pi * n) - n * std::log(n) + n;
  }
  const double square = n * n;
  return (1.0 / 12 -
          (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / square) / square) / square) /
              square) /
         n;
}

// x ln(x / mean) + mean - x, without cancellation where the two are near each other.
double Deviance(double x, double mean) {
  const double v = (x - mean) / (x + mean);
  if (std::abs(v) > 0.1) return x * std::log(x / mean) + mean - x;
  double sum = (x - mean) * v;
  double power = 2.0 * x * v;
  for (int i = 3; i < 30; i += 2) {
    power *= v * v;
    sum += power / i;
  }
  return sum;
}

// P(X = k), 0 <= k < n. Source: C. Loader, "Fast and accurate computation of binomial
// probabilities", 2000: differences of large logarithms of factorials would lose the digits.
double LogTerm(double k, double n, double p) {
  if (k == 0.0) return n * std::log1p(-p);
  return StirlingError(n) - StirlingError(k) - StirlingError(n - k) - Deviance(k, n * p) -
         Deviance(n - k, n * (1.0 - p)) +
         0.5 * std::log(n / (2.0 * std::numbers::pi * k * (n - k)));
}

}  // namespace

double BinomialCdf(std::uint64_t k, std::uint64_t n, double p) {
  if (k >= n || p <= 0.0) return 1.0;
  if (p >= 1.0) return 0.0;
  // The terms rise up to the mean and fall behind it; each is got from its neighbour, beginning
  // with the k-th, which is the largest that counts where k is below the mean.
  const auto count = static_cast<double>(n);
  const double log_term = LogTerm(static_cast<double>(k), count, p);
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
  const double trials = std::ceil(std::log(1.0 - confidence) / std::log1p(-rate));
  return static_cast<std::uint64_t>(std::min(trials, kMostTrials));
}

}  // namespace biglittle
