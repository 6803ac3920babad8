// Exact binomial statistics: what a count of errors says about the rate behind it.
// Pure functions, thread-safe.
#pragma once

#include <cstdint>

namespace biglittle {

// P(X <= k) for X ~ Binomial(n, p); 0 <= k <= n, 0 <= p <= 1. Relative error below 1e-9 for n up
// to 10^7.
double BinomialCdf(std::uint64_t k, std::uint64_t n, double p);

// The one-sided upper confidence bound for the rate behind `errors` of `trials`: the largest rate
// at which so few errors still have a probability of 1 - confidence. 1 without trials.
// Source: Clopper, Pearson, "The use of confidence or fiducial limits illustrated in the case of
// the binomial", 1934.
double BinomialUpperBound(std::uint64_t errors, std::uint64_t trials, double confidence);

// How many trials without a single error show, at that confidence, that the rate is at most `rate`;
// 0 < rate < 1. 10^18 stands for as many and more.
std::uint64_t TrialsNeeded(double rate, double confidence);

}  // namespace biglittle
