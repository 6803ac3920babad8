// The risk bound holds as often as it says, although its threshold was chosen from the data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/tuning/binomial.h"
#include "cli/tuning/tuner.h"
#include "core/random.h"
#include "tests/unit/cli/tuning/synthetic_table.h"

namespace biglittle {
namespace {

constexpr double kRisk = 0.06;
constexpr double kConfidence = 0.95;

TuneOptions Options(bool per_class) {
  TuneOptions options;
  options.objective = {ObjectiveKind::kMaxRisk, kRisk, kConfidence, {}};
  options.score = Score::kConfidence;
  options.per_class = per_class;
  return options;
}

// The data sets are drawn from the rows of one table, so what is true of the table is true of the
// distribution that they come from, exactly.
class RiskBound : public testing::Test {
 protected:
  double TrueLocalError(const Task& tuned) const {
    return Count(tuned, CascadePredictions::Of(tuned, population_), population_.truth,
                 MakeRule(tuned, {}).value(), AllRows(population_.size()))
        .local_error();
  }

  const Task task_ = SyntheticTask();
  const CascadeTable population_ = SyntheticTable(task_, 4000, 11, {.heads = {2.5}, .big = 4.0});
};

TEST_F(RiskBound, IsBrokenNoMoreOftenThanItsConfidenceAllows) {
  constexpr int kSets = 300;
  Random random(12);
  int attained = 0;
  int broken = 0;
  double error = 0.0;
  for (int i = 0; i < kSets; ++i) {
    const CascadeTable data = Draw(population_, 700, random);
    const auto result = Tune(task_, data, Options(i % 2 == 0));
    if (!result.ok()) continue;
    ++attained;
    const double true_error = TrueLocalError(result->task);
    error += true_error;
    if (true_error > kRisk) ++broken;
  }
  const double allowed = 1.0 - kConfidence;
  const double standard_error = std::sqrt(allowed * (1.0 - allowed) / kSets);
  EXPECT_LE(static_cast<double>(broken) / kSets, allowed + 3.0 * standard_error);
  // Not by answering next to nothing.
  EXPECT_GT(attained, kSets * 8 / 10);
  EXPECT_GT(error / attained, kRisk / 3.0);
}

TEST_F(RiskBound, ItsOwnFiguresAreThoseOfTheHalfThatTests) {
  Random random(13);
  const CascadeTable data = Draw(population_, 2000, random);
  const auto result = Tune(task_, data, Options(false));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->expected.readings, 1000U);
  ASSERT_TRUE(result->risk_bound.has_value());
  EXPECT_EQ(*result->risk_bound, BinomialUpperBound(result->expected.local_wrong,
                                                    result->expected.local(), kConfidence));
  EXPECT_LE(*result->risk_bound, kRisk);
  EXPECT_EQ(result->choice.mistake, Mistake::kWrong);
}

// Readings of one class, the surer the higher in their half: the net names it, or another one with
// the same probability where `wrong` says so of the place from the top.
template <typename Wrong>
void FillHalf(const Rows& half, const Wrong& wrong, CascadeTable& table) {
  for (std::size_t place = 0; place < half.size(); ++place) {
    const auto depth = static_cast<float>(place) / static_cast<float>(half.size());
    table.heads.front().values[3 * half[place] + (wrong(place) ? 1 : 0)] = 6.0F - 5.0F * depth;
  }
}

// The sequence stops at its first failure, or its error would be that of as many tests as there are
// candidates. Here the testing half is wrong in one stretch near the top and right below it: the
// candidates above the stretch pass, those that end in it fail, and the loosest would pass again.
TEST_F(RiskBound, IsTakenFromBeforeTheFirstFailureThoughALooserRuleWouldPass) {
  constexpr std::size_t kHalf = 2000;
  CascadeTable table = SyntheticTable(task_, 2 * kHalf, 17);
  table.truth.assign(2 * kHalf, 0);
  table.heads.front().values.assign(3 * 2 * kHalf, 0.0F);
  const std::vector<std::uint64_t> order = Permutation(2 * kHalf, 1);  // as the tuner halves them
  const Rows shaping(order.begin(), order.begin() + kHalf);
  const Rows testing(order.begin() + kHalf, order.end());
  const auto less_sure_less_right = [](std::size_t place) {
    return place >= 1000 && place % (place < 1500 ? 40 : 4) == 3;
  };
  const auto a_stretch = [](std::size_t place) { return place >= 300 && place < 360; };
  FillHalf(shaping, less_sure_less_right, table);
  FillHalf(testing, a_stretch, table);

  const auto result = Tune(task_, table, Options(false));
  ASSERT_TRUE(result.ok()) << result.status();
  // All 60 wrong ones among as many as can be answered would be within the bound.
  ASSERT_LT(BinomialUpperBound(60, kHalf * 9 / 10, kConfidence), kRisk);
  EXPECT_EQ(result->expected.readings, kHalf);
  EXPECT_GE(result->expected.local(), 98U);
  EXPECT_LT(result->expected.local(), 360U);
  EXPECT_LE(result->risk_bound.value_or(1.0), kRisk);
}

// Ninety readings test, and 59 without an error are needed: more than half of them.
TEST_F(RiskBound, IsHadFromFewReadingsWhereTheLittleNetAnswersNearlyAll) {
  const Task task = SyntheticExitTask();
  const CascadeTable table = SyntheticTable(task, 180, 16, {.heads = {30.0, 30.0}, .big = 30.0});
  TuneOptions options = Options(false);
  options.objective.value = 0.05;
  const auto result = Tune(task, table, options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GE(result->expected.local(), 59U);
  EXPECT_LE(*result->risk_bound, 0.05);
}

// The first candidate answers a fifth more than are needed, not all: what the net is least sure of
// may be wrong.
TEST_F(RiskBound, IsHadFromFewReadingsThoughTheLeastSureOnesAreWrong) {
  constexpr std::size_t kHalf = 90;
  CascadeTable table = SyntheticTable(task_, 2 * kHalf, 18);
  table.truth.assign(2 * kHalf, 0);
  table.heads.front().values.assign(3 * 2 * kHalf, 0.0F);
  const std::vector<std::uint64_t> order = Permutation(2 * kHalf, 1);
  const auto least_sure = [](std::size_t place) { return place >= 80; };
  FillHalf({order.begin(), order.begin() + kHalf}, least_sure, table);
  FillHalf({order.begin() + kHalf, order.end()}, least_sure, table);
  TuneOptions options = Options(false);
  options.objective.value = 0.05;
  const auto result = Tune(task_, table, options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GE(result->expected.local(), 59U);
  EXPECT_LE(result->expected.local(), 80U);
}

TEST_F(RiskBound, SaysHowManyReadingsAPromiseTakes) {
  Random random(14);
  TuneOptions options = Options(false);
  options.objective.value = 0.001;
  const auto result = Tune(task_, Draw(population_, 200, random), options);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(result.status().message()),
              testing::AllOf(testing::HasSubstr("no threshold can promise with 95 % confidence at "
                                                "most 0.1 % wrong among the locally answered: that "
                                                "takes 2995 locally answered readings without an "
                                                "error"),
                             testing::HasSubstr("of the 100 that test it"),
                             testing::HasSubstr("Bring more validation data or allow more")));
}

TEST_F(RiskBound, HoldsARecallAsWell) {
  Random random(15);
  TuneOptions options = Options(false);
  options.objective.min_recall = 0.9;
  const auto result = Tune(task_, Draw(population_, 2000, random), options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GE(result->expected.least_recall(), 0.9);
  options.objective.min_recall = 0.9999;
  EXPECT_THAT(std::string(Tune(task_, Draw(population_, 2000, random), options).status().message()),
              testing::HasSubstr(", least recall "));
}

}  // namespace
}  // namespace biglittle
