#include "cli/tuning/binomial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace biglittle {
namespace {

void ExpectRelative(double value, double expected) {
  EXPECT_NEAR(value / expected, 1.0, 1e-9) << value << " for " << expected;
}

TEST(BinomialCdf, SmallSumsByHand) {
  // Five coins: (1 + 5 + 10) of 32.
  ExpectRelative(BinomialCdf(2, 5, 0.5), 16.0 / 32.0);
  // 0.7^10 + 10 0.3 0.7^9 + 45 0.3^2 0.7^8 + 120 0.3^3 0.7^7.
  ExpectRelative(BinomialCdf(3, 10, 0.3), 0.6496107184);
  ExpectRelative(BinomialCdf(0, 4, 0.25), 0.31640625);
  ExpectRelative(BinomialCdf(3, 4, 0.25), 1.0 - 0.00390625);
}

TEST(BinomialCdf, ItsEnds) {
  EXPECT_EQ(BinomialCdf(7, 7, 0.9), 1.0);
  EXPECT_EQ(BinomialCdf(0, 0, 0.5), 1.0);
  EXPECT_EQ(BinomialCdf(0, 9, 0.0), 1.0);
  EXPECT_EQ(BinomialCdf(8, 9, 1.0), 0.0);
  ExpectRelative(BinomialCdf(0, 59, 0.05), std::pow(0.95, 59));
}

TEST(BinomialCdf, BothTailsAreTheWhole) {
  // X successes at p are n - X failures at 1 - p.
  for (std::uint64_t k = 0; k < 40; ++k) {
    EXPECT_NEAR(BinomialCdf(k, 40, 0.3) + BinomialCdf(39 - k, 40, 0.7), 1.0, 1e-12) << k;
  }
  for (const std::uint64_t n : {1U, 3U, 15U, 17U, 101U}) {
    ExpectRelative(BinomialCdf((n - 1) / 2, n, 0.5), 0.5);
  }
}

// Recorded from sums of 60 digits.
TEST(BinomialCdf, KeepsItsDigitsForMillions) {
  ExpectRelative(BinomialCdf(49'000, 1'000'000, 0.05), 2.1131824147902198e-06);
  ExpectRelative(BinomialCdf(50'000, 1'000'000, 0.05), 0.50118980422812343);
  ExpectRelative(BinomialCdf(100, 1'000'000, 0.0002), 3.7048880088030224e-15);
  ExpectRelative(BinomialCdf(499'000, 10'000'000, 0.05), 0.073464108406113351);
  ExpectRelative(BinomialCdf(500'000, 10'000'000, 0.05), 0.50037624999831687);
  EXPECT_EQ(BinomialCdf(990'000, 1'000'000, 0.5), 1.0);
}

TEST(BinomialUpperBound, IsClopperAndPearsons) {
  EXPECT_NEAR(BinomialUpperBound(0, 59, 0.95), 0.0495076, 1e-7);
  EXPECT_NEAR(BinomialUpperBound(0, 10, 0.95), 1.0 - std::pow(0.05, 0.1), 1e-12);
  EXPECT_NEAR(BinomialUpperBound(1, 10, 0.95), 0.3941633, 1e-7);
  EXPECT_NEAR(BinomialUpperBound(5, 100, 0.95), 0.1022534, 1e-7);
  // The upper end of the two-sided interval of 95 %.
  EXPECT_NEAR(BinomialUpperBound(2, 20, 0.975), 0.3169827, 1e-7);
  EXPECT_NEAR(BinomialUpperBound(9, 10, 0.95), 0.9948838, 1e-7);
}

TEST(BinomialUpperBound, KnowsNothingWithoutTrialsAndWithErrorsOnly) {
  EXPECT_EQ(BinomialUpperBound(0, 0, 0.95), 1.0);
  EXPECT_EQ(BinomialUpperBound(10, 10, 0.95), 1.0);
}

TEST(BinomialUpperBound, IsWhereTheTestChangesItsMind) {
  for (const std::uint64_t errors : {0U, 3U, 50U, 4000U}) {
    const double bound = BinomialUpperBound(errors, 5000, 0.9);
    EXPECT_GT(bound, static_cast<double>(errors) / 5000);
    EXPECT_GT(BinomialCdf(errors, 5000, bound * 0.9999), 0.1);
    EXPECT_LT(BinomialCdf(errors, 5000, std::min(bound * 1.0001, 1.0)), 0.1);
  }
}

TEST(TrialsNeeded, AreJustEnough) {
  EXPECT_EQ(TrialsNeeded(0.05, 0.95), 59U);
  EXPECT_EQ(TrialsNeeded(0.01, 0.99), 459U);
  EXPECT_EQ(TrialsNeeded(0.5, 0.75), 2U);
  EXPECT_EQ(TrialsNeeded(1e-300, 0.95), 1'000'000'000'000'000'000U);
  for (const double rate : {0.001, 0.02, 0.3}) {
    const std::uint64_t trials = TrialsNeeded(rate, 0.95);
    EXPECT_LE(BinomialUpperBound(0, trials, 0.95), rate);
    EXPECT_GT(BinomialUpperBound(0, trials - 1, 0.95), rate);
  }
}

}  // namespace
}  // namespace biglittle
