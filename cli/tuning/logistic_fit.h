// Logistic regression with few features, by Newton's method. Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace biglittle {

// The numerically safe logit and its inverse; probabilities are clipped to [1e-9, 1 - 1e-9].
double Logit(double probability);
double Sigmoid(double x);

// Weights w that make P(y = 1) = Sigmoid(w . x) likeliest for rows x of `features` numbers (give a
// constant 1 for a bias), with a Gaussian prior on the weights of precision `ridge` around `prior`
// (empty: 0). rows.size() == y.size() * features. Source: McCullagh, Nelder, "Generalized Linear
// Models", 1989, chapter 4.
std::vector<double> FitLogistic(std::span<const double> rows, const std::vector<bool>& y,
                                std::size_t features, double ridge, std::vector<double> prior = {});

}  // namespace biglittle
