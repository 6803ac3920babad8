#include "cli/tuning/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "cli/tuning/cascade_counts.h"
#include "core/random.h"
#include "tests/unit/cli/tuning/synthetic_table.h"

namespace biglittle {
namespace {

Prediction Sure(float confidence) {
  Prediction prediction;
  prediction.confidence = confidence;
  return prediction;
}

TEST(Reliability, PutsEachPredictionIntoItsBin) {
  const std::vector<Prediction> predictions = {Sure(0.95F), Sure(0.97F), Sure(0.55F), Sure(1.0F)};
  const auto bins = Reliability(predictions, {true, false, true, true});
  ASSERT_EQ(bins.size(), kReliabilityBins);
  EXPECT_EQ(bins[14].count, 3U);
  EXPECT_NEAR(bins[14].confidence, (0.95 + 0.97 + 1.0) / 3, 1e-6);
  EXPECT_NEAR(bins[14].accuracy, 2.0 / 3, 1e-12);
  EXPECT_EQ(bins[8].count, 1U);
  EXPECT_EQ(bins[0].count, 0U);
}

TEST(ExpectedCalibrationError, ByHand) {
  const std::vector<Prediction> predictions = {Sure(0.95F), Sure(0.95F), Sure(0.55F)};
  // (2 |0.95 - 0.5| + |0.55 - 1|) / 3.
  EXPECT_NEAR(ExpectedCalibrationError(Reliability(predictions, {true, false, true})), 0.45, 1e-6);
  EXPECT_EQ(ExpectedCalibrationError(Reliability({}, {})), 0.0);
}

TEST(VisibleClass, IsOtherWhereNoOutputNamesIt) {
  EXPECT_EQ(VisibleClass(SyntheticTask().little, 1), 1);
  EXPECT_EQ(VisibleClass(SyntheticTask().little, 3), kOtherClass);
}

// A net whose logits are `scale` times those of a net whose probabilities are true.
struct Scaled {
  NetDescription net;
  NetLogits logits;
  std::vector<int> truth;
};

Scaled SoftmaxNet(double scale, std::size_t rows) {
  Random random(3);
  Scaled scaled;
  scaled.net.outputs = {0, 1, kOtherClass};
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<float> row;
    for (int o = 0; o < 3; ++o) row.push_back(static_cast<float>(2.0 * random.Normal()));
    const std::vector<float> p = Softmax(row, 1.0F);
    const double at = random.Uniform();
    scaled.truth.push_back(at < p[0] ? 0 : at < p[0] + p[1] ? 1 : 2);
    for (float& z : row) z = static_cast<float>(z * scale);
    Append(row, scaled.logits);
  }
  return scaled;
}

Scaled SigmoidNet(double scale, std::size_t rows) {
  Random random(4);
  Scaled scaled;
  scaled.net.outputs = {0};
  scaled.net.activation = Activation::kSigmoid;
  for (std::size_t i = 0; i < rows; ++i) {
    const double z = 2.0 * random.Normal();
    scaled.truth.push_back(random.Uniform() < 1.0 / (1.0 + std::exp(-z)) ? 0 : 1);
    Append({static_cast<float>(z * scale)}, scaled.logits);
  }
  return scaled;
}

TEST(FitTemperature, FindsWhatTheLogitsWereScaledBy) {
  for (const double scale : {0.4, 1.0, 2.5}) {
    const Scaled softmax = SoftmaxNet(scale, 20'000);
    const Rows rows = AllRows(softmax.truth.size());
    EXPECT_NEAR(FitTemperature(softmax.logits, softmax.net, softmax.truth, rows) / scale, 1.0,
                0.03);
    const Scaled sigmoid = SigmoidNet(scale, 20'000);
    EXPECT_NEAR(FitTemperature(sigmoid.logits, sigmoid.net, sigmoid.truth, rows) / scale, 1.0,
                0.05);
  }
}

TEST(FitTemperature, StaysWithinItsBounds) {
  const Scaled far = SoftmaxNet(100.0, 500);
  const Scaled near = SoftmaxNet(0.001, 500);
  EXPECT_NEAR(FitTemperature(far.logits, far.net, far.truth, AllRows(500)), 10.0, 0.01);
  EXPECT_NEAR(FitTemperature(near.logits, near.net, near.truth, AllRows(500)), 0.1, 0.001);
  EXPECT_EQ(FitTemperature(far.logits, far.net, far.truth, {}), 1.0F);
}

TEST(ChooseTemperature, TakesOneThatHelpsBothHalves) {
  for (const Scaled& scaled : {SoftmaxNet(3.0, 4000), SigmoidNet(3.0, 4000)}) {
    const Rows rows = AllRows(scaled.truth.size());
    const float chosen = ChooseTemperature(scaled.logits, scaled.net, scaled.truth, rows);
    EXPECT_NEAR(chosen, 3.0, 0.4);
    EXPECT_LT(CalibrationError(scaled.logits, scaled.net, scaled.truth, chosen, rows),
              0.5 * CalibrationError(scaled.logits, scaled.net, scaled.truth, 1.0F, rows));
  }
}

// Of ten readings at 80 % eight are right, of ten at 60 % six.
TEST(ChooseTemperature, LeavesANetAloneThatIsCalibrated) {
  Scaled scaled;
  scaled.net.outputs = {0, 1};
  for (int i = 0; i < 400; ++i) {
    const bool surer = i % 20 < 10;
    const bool right = i % 10 < (surer ? 8 : 6);
    Append({std::log(surer ? 4.0F : 1.5F), 0.0F}, scaled.logits);
    scaled.truth.push_back(right ? 0 : 1);
  }
  const Rows rows = AllRows(400);
  EXPECT_NEAR(CalibrationError(scaled.logits, scaled.net, scaled.truth, 1.0F, rows), 0.0, 1e-6);
  EXPECT_EQ(ChooseTemperature(scaled.logits, scaled.net, scaled.truth, rows), 1.0F);
}

Scaled Joined(Scaled first, const Scaled& second) {
  first.truth.insert(first.truth.end(), second.truth.begin(), second.truth.end());
  first.logits.values.insert(first.logits.values.end(), second.logits.values.begin(),
                             second.logits.values.end());
  return first;
}

TEST(ChooseTemperature, LeavesANetAloneWhereTheHalvesDisagree) {
  // "Too sure" against "not sure enough"; and too sure both, but what mends the second spoils the
  // first.
  for (const auto& [first, second] : {std::pair(2.0, 0.5), std::pair(1.2, 4.0)}) {
    for (const Scaled& both : {Joined(SoftmaxNet(first, 2000), SoftmaxNet(second, 2000)),
                               Joined(SoftmaxNet(second, 2000), SoftmaxNet(first, 2000))}) {
      EXPECT_EQ(ChooseTemperature(both.logits, both.net, both.truth, AllRows(4000)), 1.0F)
          << first << " " << second;
    }
  }
}

}  // namespace
}  // namespace biglittle
