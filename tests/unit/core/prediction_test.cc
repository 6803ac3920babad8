#include "core/prediction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::FloatNear;

const std::vector<int> kClasses = {4, kOtherClass, 2};

TEST(Predict, SoftmaxAtATemperature) {
  // exp(ln 4 / 2) : exp(0) : exp(0) = 2 : 1 : 1.
  const Prediction prediction =
      Predict(std::vector<float>{std::log(4.0F), 0.0F, 0.0F}, kClasses, 2.0F);
  EXPECT_EQ(prediction.class_index, 4);
  EXPECT_FLOAT_EQ(prediction.confidence, 0.5F);
  EXPECT_THAT(prediction.probabilities, ElementsAre(FloatNear(0.5F, 1e-6F), FloatNear(0.25F, 1e-6F),
                                                    FloatNear(0.25F, 1e-6F)));
}

TEST(Predict, TheFirstOfEqualLogitsIsNamed) {
  EXPECT_EQ(Predict(std::vector<float>{0.0F, 7.0F, 7.0F}, kClasses, 1.0F).class_index, kOtherClass);
}

TEST(Predict, HugeLogitsDoNotOverflow) {
  const Prediction prediction = Predict(std::vector<float>{3e38F, -3e38F, 0.0F}, kClasses, 0.5F);
  EXPECT_EQ(prediction.class_index, 4);
  EXPECT_EQ(prediction.confidence, 1.0F);
}

TEST(Predict, EachSigmoidIsAQuestionOfItsOwn) {
  // Sigmoids of ln 3 / 2 * 2 and of -ln 3: 3/4 and 1/4. They need not add up to one.
  const float z = std::log(3.0F);
  const std::vector<int> classes = {0, 2, 5};
  const Prediction prediction =
      Predict(std::vector<float>{2 * z, -2 * z, 2 * z}, classes, 2.0F, Activation::kSigmoid);
  EXPECT_EQ(prediction.class_index, 0);
  EXPECT_FLOAT_EQ(prediction.confidence, 0.75F);
  EXPECT_THAT(
      prediction.probabilities,
      ElementsAre(FloatNear(0.75F, 1e-6F), FloatNear(0.25F, 1e-6F), FloatNear(0.75F, 1e-6F)));
}

TEST(Predict, SigmoidsThatAllSayNoAreOther) {
  const std::vector<int> classes = {0, 2};
  const float z = std::log(3.0F);
  const Prediction no =
      Predict(std::vector<float>{-2 * z, -z}, classes, 1.0F, Activation::kSigmoid);
  EXPECT_EQ(no.class_index, kOtherClass);
  EXPECT_FLOAT_EQ(no.confidence, 0.75F);  // 1 - 1/4, the surer of the two noes is not asked
  // One half is a yes.
  const Prediction half =
      Predict(std::vector<float>{-z, 0.0F}, classes, 1.0F, Activation::kSigmoid);
  EXPECT_EQ(half.class_index, 2);
  EXPECT_FLOAT_EQ(half.confidence, 0.5F);
}

TEST(Predict, TheEnergyDoesNotDependOnTheTemperature) {
  const std::vector<float> logits = {1.0F, -2.0F, 0.5F};
  EXPECT_EQ(Predict(logits, kClasses, 3.0F).energy, Energy(logits, Activation::kSoftmax));
  EXPECT_EQ(Predict(logits, kClasses, 3.0F, Activation::kSigmoid).energy,
            Energy(logits, Activation::kSigmoid));
}

TEST(Energy, OfSoftmaxByHand) {
  // -ln(1 + 2 + 5).
  EXPECT_NEAR(
      Energy(std::vector<float>{0.0F, std::log(2.0F), std::log(5.0F)}, Activation::kSoftmax),
      -std::log(8.0), 1e-6);
  EXPECT_NEAR(Energy(std::vector<float>{2.5F}, Activation::kSoftmax), -2.5, 1e-6);
}

TEST(Energy, OfSigmoidsByHand) {
  // -(ln(1 + 3) + ln(1 + 1/2)).
  EXPECT_NEAR(Energy(std::vector<float>{std::log(3.0F), -std::log(2.0F)}, Activation::kSigmoid),
              -std::log(6.0), 1e-6);
}

TEST(Energy, OfHugeLogitsIsFinite) {
  EXPECT_FLOAT_EQ(Energy(std::vector<float>{1000.0F, 1000.0F}, Activation::kSoftmax),
                  -1000.0F - std::log(2.0F));
  EXPECT_FLOAT_EQ(Energy(std::vector<float>{-1e30F, -2e30F}, Activation::kSoftmax), 1e30F);
  EXPECT_FLOAT_EQ(Energy(std::vector<float>{1000.0F, -1000.0F}, Activation::kSigmoid), -1000.0F);
  EXPECT_EQ(Energy(std::vector<float>{-1e30F}, Activation::kSigmoid), 0.0F);
}

TEST(Energy, TheMoreALogitStandsOutTheLessEnergy) {
  for (const Activation activation : {Activation::kSoftmax, Activation::kSigmoid}) {
    EXPECT_LT(Energy(std::vector<float>{5.0F, 0.0F}, activation),
              Energy(std::vector<float>{4.0F, 0.0F}, activation));
  }
}

}  // namespace
}  // namespace biglittle
