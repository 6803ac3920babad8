#include "cli/tuning/binomial.h"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/binomial.hpp>

namespace biglittle {
namespace {

using Binomial = boost::math::binomial_distribution<double>;

// What no data set has, and an integer can still hold.
constexpr double kMostTrials = 1e18;

}  // namespace

double BinomialCdf(std::uint64_t k, std::uint64_t n, double p) {
  if (k >= n || p <= 0.0) return 1.0;
  if (p >= 1.0) return 0.0;
  return boost::math::cdf(Binomial(static_cast<double>(n), p), static_cast<double>(k));
}

double BinomialUpperBound(std::uint64_t errors, std::uint64_t trials, double confidence) {
  if (errors >= trials) return 1.0;
  return Binomial::find_upper_bound_on_p(static_cast<double>(trials), static_cast<double>(errors),
                                         1.0 - confidence);
}

std::uint64_t TrialsNeeded(double rate, double confidence) {
  const double trials = std::ceil(std::log(1.0 - confidence) / std::log1p(-rate));
  return static_cast<std::uint64_t>(std::min(trials, kMostTrials));
}

}  // namespace biglittle
