#include "cli/tuning/logistic_fit.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace biglittle {
namespace {

constexpr int kMaxSteps = 100;
constexpr double kLongestStep = 4.0;
constexpr double kConverged = 1e-9;

// Solves a x = b for a symmetric positive definite a [n, n], by Cholesky's factors in place.
std::vector<double> Solve(std::vector<double> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < j; ++k) {
      for (std::size_t i = j; i < n; ++i) a[i * n + j] -= a[i * n + k] * a[j * n + k];
    }
    const double root = std::sqrt(std::max(a[j * n + j], 1e-300));
    for (std::size_t i = j; i < n; ++i) a[i * n + j] /= root;
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
  return b;
}

double Dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

double Logit(double probability) {
  const double p = std::clamp(probability, 1e-9, 1.0 - 1e-9);
  return std::log(p) - std::log1p(-p);
}

double Sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

std::vector<double> FitLogistic(std::span<const double> rows, const std::vector<bool>& y,
                                std::size_t features, double ridge, std::vector<double> prior) {
  prior.resize(features, 0.0);
  std::vector<double> weights = prior;
  for (int step = 0; step < kMaxSteps; ++step) {
    std::vector<double> gradient(features);
    std::vector<double> hessian(features * features, 0.0);
    for (std::size_t f = 0; f < features; ++f) {
      gradient[f] = ridge * (prior[f] - weights[f]);
      hessian[f * features + f] = ridge;
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::span<const double> x = rows.subspan(i * features, features);
      const double p = Sigmoid(Dot(weights, x));
      const double missing = (y[i] ? 1.0 : 0.0) - p;
      for (std::size_t f = 0; f < features; ++f) {
        gradient[f] += missing * x[f];
        for (std::size_t g = 0; g <= f; ++g) {
          hessian[f * features + g] += p * (1.0 - p) * x[f] * x[g];
        }
      }
    }
    std::vector<double> change = Solve(std::move(hessian), std::move(gradient));
    double longest = 0.0;
    for (const double c : change) longest = std::max(longest, std::abs(c));
    // Far from the optimum a full step can overshoot.
    const double scale = longest > kLongestStep ? kLongestStep / longest : 1.0;
    for (std::size_t f = 0; f < features; ++f) weights[f] += scale * change[f];
    if (longest < kConverged) break;
  }
  return weights;
}

}  // namespace biglittle
