// A net that is computed up to one of its outputs, and then on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "nn/model.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/outputs_check.h"

namespace biglittle::nn::testing {
namespace {

using ::testing::ElementsAre;

TEST(InvokeUpTo, ANewSampleMayFollowAnUnfinishedOne) {
  const auto model = Parse(EarlyExit());
  ASSERT_TRUE(model.ok()) << model.status();
  auto context = model->Prepare({.max_batch = 2});
  ASSERT_TRUE(context.ok()) << context.status();
  const Floats input = Noise(2 * 90);
  const std::vector<Floats> whole = InvokeAll(*model, *context, input);
  for (const std::int64_t n : {0, 1, 0}) {
    std::ranges::copy(Sample(input, 90, n), context->input(1).begin());
    context->InvokeUpTo(0);
    EXPECT_EQ(Copy(context->output(1, 0)), Copy(Sample(whole[0], 2, n)));
  }
  context->InvokeUpTo(1);
  EXPECT_EQ(Copy(context->output(1)), Copy(Sample(whole[1], 7, 0)));
  context->InvokeUpTo(1);  // is there already
  EXPECT_EQ(Copy(context->output(1)), Copy(Sample(whole[1], 7, 0)));
}

TEST(InvokeUpTo, OfOneOutputIsInvoke) {
  const auto model = Parse(ConvAndRelu());
  ASSERT_TRUE(model.ok()) << model.status();
  auto context = model->Prepare({});
  ASSERT_TRUE(context.ok()) << context.status();
  std::ranges::copy(Floats{1, -2}, context->input(1).begin());
  context->InvokeUpTo(0);
  EXPECT_THAT(context->output(1), ElementsAre(3, 0, 0, 2));
}

#ifndef NDEBUG
TEST(InvokeUpToDeathTest, NeedsASampleToContinueWith) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto model = Parse(EarlyExit());
  ASSERT_TRUE(model.ok()) << model.status();
  auto context = model->Prepare({});
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_DEATH(context->InvokeUpTo(1), "next_step_");
  context->InvokeUpTo(0);
  context->Invoke(1);
  EXPECT_DEATH(context->InvokeUpTo(1), "next_step_");
  EXPECT_DEATH(context->InvokeUpTo(2), "output");
}
#endif

}  // namespace
}  // namespace biglittle::nn::testing
