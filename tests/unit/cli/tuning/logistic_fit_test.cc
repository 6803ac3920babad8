#include "cli/tuning/logistic_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "core/random.h"

namespace biglittle {
namespace {

TEST(Logit, IsTheInverseOfSigmoidAndIsClipped) {
  for (const double x : {-15.0, -1.0, 0.0, 0.5, 15.0}) EXPECT_NEAR(Logit(Sigmoid(x)), x, 1e-6);
  EXPECT_NEAR(Logit(0.0), std::log(1e-9), 1e-6);
  EXPECT_NEAR(Logit(1.0), -std::log(1e-9), 1e-6);
  EXPECT_EQ(Sigmoid(-1000.0), 0.0);
  EXPECT_EQ(Sigmoid(1000.0), 1.0);
}

TEST(FitLogistic, ABiasAloneIsTheLogitOfTheShare) {
  const std::vector<double> rows(4, 1.0);
  const auto weights = FitLogistic(rows, {true, true, false, true}, 1, 1e-9);
  EXPECT_NEAR(weights[0], std::log(3.0), 1e-6);
}

TEST(FitLogistic, FindsTheWeightsThatMadeTheData) {
  Random random(5);
  std::vector<double> rows;
  std::vector<bool> y;
  for (int i = 0; i < 20'000; ++i) {
    const double a = random.Normal();
    const double b = random.Uniform(-3.0, 3.0);
    rows.insert(rows.end(), {1.0, a, b});
    y.push_back(random.Uniform() < Sigmoid(-1.0 + 2.0 * a - 0.5 * b));
  }
  const auto weights = FitLogistic(rows, y, 3, 1e-3);
  EXPECT_NEAR(weights[0], -1.0, 0.1);
  EXPECT_NEAR(weights[1], 2.0, 0.1);
  EXPECT_NEAR(weights[2], -0.5, 0.05);
}

// Newton's steps get there only if each of them solves its equations: features that hardly differ
// leave nothing to luck.
TEST(FitLogistic, EndsWhereTheGradientVanishes) {
  constexpr double kRidge = 1e-3;
  Random random(6);
  std::vector<double> rows;
  std::vector<bool> y;
  for (int i = 0; i < 300; ++i) {
    const double a = random.Normal();
    const double b = a + 0.1 * random.Normal();
    rows.insert(rows.end(), {1.0, a, b, 2.0 * b - a + 0.1 * random.Normal()});
    y.push_back(random.Uniform() < Sigmoid(0.5 + 2.0 * a - b));
  }
  const auto weights = FitLogistic(rows, y, 4, kRidge);
  std::vector<double> gradient;
  for (const double weight : weights) gradient.push_back(-kRidge * weight);
  for (std::size_t i = 0; i < y.size(); ++i) {
    double z = 0.0;
    for (std::size_t f = 0; f < 4; ++f) z += weights[f] * rows[4 * i + f];
    for (std::size_t f = 0; f < 4; ++f) {
      gradient[f] += ((y[i] ? 1.0 : 0.0) - Sigmoid(z)) * rows[4 * i + f];
    }
  }
  for (const double slope : gradient) EXPECT_NEAR(slope, 0.0, 1e-8);
}

TEST(FitLogistic, StaysFiniteWhereALineSeparatesTheClasses) {
  std::vector<double> rows;
  std::vector<bool> y;
  for (int i = -50; i < 50; ++i) {
    rows.insert(rows.end(), {1.0, i + 0.5});
    y.push_back(i >= 0);
  }
  const auto weights = FitLogistic(rows, y, 2, 1e-3);
  ASSERT_TRUE(std::isfinite(weights[0]) && std::isfinite(weights[1]));
  EXPECT_NEAR(weights[0] / weights[1], 0.0, 0.01);  // the border is at 0
  EXPECT_GT(weights[1], 1.0);
  EXPECT_LT(weights[1], 1000.0);
}

TEST(FitLogistic, OneClassAloneIsHeldByThePrior) {
  const std::vector<double> rows(50, 1.0);
  const auto weights = FitLogistic(rows, std::vector<bool>(50, false), 1, 1e-3);
  EXPECT_LT(weights[0], -3.0);
  EXPECT_GT(weights[0], -20.0);
  // At the optimum the prior's pull is the data's: ridge w + 50 Sigmoid(w) = 0.
  EXPECT_NEAR(1e-3 * weights[0] + 50 * Sigmoid(weights[0]), 0.0, 1e-6);
}

TEST(FitLogistic, WithoutDataThePriorIsTheAnswer) {
  EXPECT_EQ(FitLogistic({}, {}, 2, 1e-3, {0.25, -1.0}), (std::vector<double>{0.25, -1.0}));
  EXPECT_EQ(FitLogistic({}, {}, 2, 1e-3), (std::vector<double>{0.0, 0.0}));
}

TEST(FitLogistic, AStrongPriorHoldsItsWeights) {
  const std::vector<double> rows(4, 1.0);
  const auto weights = FitLogistic(rows, {true, true, true, true}, 1, 1e6, {-2.0});
  EXPECT_NEAR(weights[0], -2.0, 1e-4);
}

}  // namespace
}  // namespace biglittle
