// One model, two contexts, two threads, or one context with threads of its own: the same bits as
// alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"

#include "nn/model.h"
#include "tests/unit/nn/every_kernel_net.h"
#include "tests/unit/nn/feature_map.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// Several kinds of kernels that have scratch.
OnnxBuilder WideNet() {
  OnnxBuilder net({3, 20, 20});
  net.Weight("w1", {16, 3, 3, 3}, Noise(16 * 27, 1));
  net.Weight("w2", {16, 1, 3, 3}, Noise(16 * 9, 2));
  net.Weight("w3", {24, 16, 1, 1}, Noise(24 * 16, 3));
  net.Weight("w4", {10, 24 * 100}, Noise(10 * 2400, 4));
  net.Node("Conv", {"x", "w1"}, "a").IntList("pads", {1, 1, 1, 1});
  net.Node("Relu", {"a"}, "b");
  net.Node("Conv", {"b", "w2"}, "c").Int("group", 16).IntList("pads", {1, 1, 1, 1});
  net.Node("Conv", {"c", "w3"}, "d");
  net.Node("MaxPool", {"d"}, "e").IntList("kernel_shape", {2, 2}).IntList("strides", {2, 2});
  net.Node("Flatten", {"e"}, "f");
  net.Node("Gemm", {"f", "w4"}, "g").Int("transB", 1);
  net.Node("Softmax", {"g"});
  return net;
}

TEST(Threads, TwoContextsGiveTheSameBits) {
  constexpr std::int64_t kBatch = 4;
  constexpr int kRounds = 20;
  const auto model = Parse(WideNet());
  ASSERT_TRUE(model.ok()) << model.status();
  const std::array<Floats, 2> inputs = {Noise(kBatch * 1200, 10), Noise(kBatch * 1200, 11)};
  std::array<Floats, 2> expected;
  for (std::size_t i = 0; i < 2; ++i) expected[i] = Answers(WideNet(), inputs[i], kBatch);
  ASSERT_NE(expected[0], expected[1]);

  std::array<int, 2> agreeing = {0, 0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      auto context = model->Prepare({.max_batch = kBatch});
      for (int round = 0; round < kRounds && context.ok(); ++round) {
        std::ranges::copy(inputs[i], context->input(kBatch).begin());
        context->Invoke(kBatch);
        if (std::ranges::equal(context->output(kBatch), expected[i])) ++agreeing[i];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(agreeing[0], kRounds);
  EXPECT_EQ(agreeing[1], kRounds);
}

TEST(Threads, EveryNumberOfThreadsGivesTheSameBits) {
  const auto model = Parse(EveryKernelNet());
  ASSERT_TRUE(model.ok()) << model.status();
  std::string kernels;
  for (const StepInfo& step : model->info().steps) kernels += step.kernel + "\n";
  for (const char* kind : {", direct", ", winograd", ", depthwise", "4 groups", "+ sum", "lstm",
                           "dense", "concat", "max pool", "average pool", "hard swish"}) {
    EXPECT_THAT(kernels, ::testing::HasSubstr(kind));
  }
  const Floats input = Noise(5 * 3 * 24 * 24, 9);
  const Floats expected = Answers(EveryKernelNet(), input, 1);
  for (const std::int64_t threads : {1, 2, 3, 5}) {
    for (const std::int64_t batch : {1, 2, 5}) {
      auto context = model->Prepare({.max_batch = batch, .threads = threads});
      ASSERT_TRUE(context.ok()) << context.status();
      Floats answers;
      for (std::int64_t first = 0; first < 5; first += batch) {
        const std::int64_t count = std::min(batch, 5 - first);
        const std::int64_t elements = model->input().elements;
        std::copy_n(input.begin() + first * elements, count * elements,
                    context->input(count).begin());
        context->Invoke(count);
        const auto output = context->output(count);
        answers.insert(answers.end(), output.begin(), output.end());
      }
      ASSERT_EQ(answers, expected) << threads << " threads, batches of " << batch;
    }
  }
}

TEST(Threads, NumbersOutOfRangeAreRefused) {
  const auto model = Parse(SoundNet());
  ASSERT_TRUE(model.ok()) << model.status();
  for (const std::int64_t threads : {std::int64_t{-1}, std::int64_t{0}, kMaxThreads + 1}) {
    const auto context = model->Prepare({.threads = threads});
    EXPECT_EQ(context.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(context.status().message(),
              "threads is " + std::to_string(threads) + ", 1 to 64 are possible");
  }
}

// A convolution that plans of many samples compute otherwise, behind maps that fill a cache.
OnnxBuilder ManySamplesNet() {
  OnnxBuilder net({3, 32, 32});
  AddConvolution(net, NoiseConvolution(3, 64, 1, {.kernel = {1, 1}}, 1), "x", "wide");
  net.Node("MaxPool", {"wide"}, "pooled")
      .IntList("kernel_shape", {8, 8})
      .IntList("strides", {8, 8});
  AddConvolution(net, NoiseConvolution(64, 64, 1, {.kernel = {3, 3}, .pads = {1, 1, 1, 1}}, 2),
                 "pooled", "y");
  return net;
}

TEST(Threads, SameBitsInLargeBatchesToo) {
  constexpr std::int64_t kSamples = 33;
  const auto model = Parse(ManySamplesNet());
  ASSERT_TRUE(model.ok()) << model.status();
  std::string kernels;
  for (const StepInfo& step : model->info().steps) kernels += step.kernel + "\n";
  ASSERT_THAT(kernels, ::testing::HasSubstr("(from ")) << "choose another net";
  const Floats input = Noise(kSamples * model->input().elements, 3);
  const auto answers = [&](std::int64_t threads, std::int64_t batch) {
    auto context = model->Prepare({.max_batch = kSamples, .threads = threads});
    Floats all;
    for (std::int64_t first = 0; first < kSamples; first += batch) {
      const std::int64_t count = std::min(batch, kSamples - first);
      const std::int64_t elements = model->input().elements;
      std::copy_n(input.begin() + first * elements, count * elements,
                  context->input(count).begin());
      context->Invoke(count);
      const auto output = context->output(count);
      all.insert(all.end(), output.begin(), output.end());
    }
    return all;
  };
  const Floats expected = answers(1, kSamples);
  for (const std::int64_t threads : {1, 2, 4}) {
    for (const std::int64_t batch : {std::int64_t{1}, std::int64_t{7}, kSamples}) {
      ASSERT_EQ(answers(threads, batch), expected) << threads << " threads, batches of " << batch;
    }
  }
}

// What model.h promises of contexts for many samples and for one.
TEST(Threads, BigNetsDifferByRoundingBetweenContexts) {
  for (const char* task : {"fashion-mnist", "har", "vibration"}) {
    SCOPED_TRACE(task);
    const auto model =
        Model::Load(std::string(BIGLITTLE_SOURCE_DIR "/models/") + task + "/big.onnx");
    ASSERT_TRUE(model.ok()) << model.status();
    constexpr std::int64_t kSamples = 32;
    const Floats input = Noise(kSamples * model->input().elements, 4);
    auto many = model->Prepare({.max_batch = kSamples});
    auto single = model->Prepare({});
    ASSERT_TRUE(many.ok() && single.ok());
    std::ranges::copy(input, many->input(kSamples).begin());
    many->Invoke(kSamples);
    const auto together = many->output(kSamples);
    float greatest = 0.0F;
    float difference = 0.0F;
    for (std::int64_t n = 0; n < kSamples; ++n) {
      const std::int64_t elements = model->input().elements;
      std::copy_n(input.begin() + n * elements, elements, single->input(1).begin());
      single->Invoke(1);
      const auto alone = single->output(1);
      for (std::size_t i = 0; i < alone.size(); ++i) {
        const float other = together[static_cast<std::size_t>(n) * alone.size() + i];
        greatest = std::max(greatest, std::fabs(alone[i]));
        difference = std::max(difference, std::fabs(alone[i] - other));
      }
    }
    EXPECT_LT(difference, 1e-5F * greatest);
  }
}

}  // namespace
}  // namespace biglittle::nn::testing
