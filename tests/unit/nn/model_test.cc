// The public interface: what is told about a model, and how contexts behave.
#include "nn/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "core/digest.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

OnnxBuilder SmallNet() {
  OnnxBuilder net({2, 8});
  net.Weight("w", {4, 2, 3}, Noise(24));
  net.Weight("b", {4}, Noise(4));
  net.Weight("unused", {100}, Noise(100));
  net.Node("Conv", {"x", "w", "b"}, "c");
  net.Node("Relu", {"c"}, "r");
  net.Node("Sigmoid", {"r"}, "dead");
  net.Node("GlobalAveragePool", {"r"}, "g");
  net.Node("Flatten", {"g"});
  return net;
}

TEST(Model, TellsWhatItIs) {
  OnnxBuilder net = SmallNet();
  net.model().set_producer_version("1.2");
  const std::string bytes = net.Bytes();
  const auto model = Parse(bytes);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->input().name, "x");
  EXPECT_THAT(model->input().shape, ::testing::ElementsAre(2, 8));
  EXPECT_EQ(model->input().elements, 16);
  EXPECT_EQ(model->output().name, "y");
  EXPECT_THAT(model->output().shape, ::testing::ElementsAre(4));
  EXPECT_EQ(model->output().elements, 4);
  EXPECT_EQ(model->info().producer, "biglittle tests 1.2");
  EXPECT_EQ(model->info().opset, 13);
  EXPECT_THAT(model->info().operators,
              ::testing::ElementsAre("Conv", "Relu", "GlobalAveragePool", "Flatten"));
  EXPECT_EQ(model->info().parameters, 28);
  EXPECT_EQ(model->info().multiply_adds, 4 * 6 * 2 * 3);
  EXPECT_EQ(model->info().file_bytes, bytes.size());
  EXPECT_EQ(model->info().sha256, Sha256(std::as_bytes(std::span(bytes))));
}

TEST(Model, NodesInAnyOrder) {
  OnnxBuilder net = SmallNet();
  net.graph().mutable_node()->SwapElements(0, 4);
  net.graph().mutable_node()->SwapElements(1, 3);
  const auto model = Parse(net);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(model->info().operators,
              ::testing::ElementsAre("Conv", "Relu", "GlobalAveragePool", "Flatten"));
  const Floats input = Noise(32);
  EXPECT_EQ(Answers(net, input, 2), Answers(SmallNet(), input, 2));
}

// 2^32 bytes, or twice as many: 0 as a size of 32 bits.
TEST(Model, PrepareRefusesWhatASizeOf32BitsDoesNotHold) {
  OnnxBuilder net({std::int64_t{1} << 20});
  net.Node("Relu", {"x"});
  const auto context = Parse(net)->Prepare({.max_batch = 1024});
  EXPECT_EQ(context.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(context.status().message()),
              ::testing::HasSubstr("bytes of memory, 2147483648 are allowed"));
}

TEST(Model, PrepareChecksSizes) {
  const auto model = Parse(SmallNet());
  ASSERT_TRUE(model.ok());
  for (const std::int64_t batch : {std::int64_t{0}, std::int64_t{-1}}) {
    EXPECT_EQ(model->Prepare({.max_batch = batch}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(model->Prepare({.max_batch = 1000, .max_arena_bytes = 4096}).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(model->Prepare({.max_batch = std::int64_t{1} << 40}).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(Context, HasTheSizesAskedFor) {
  const auto model = Parse(SmallNet());
  ASSERT_TRUE(model.ok());
  auto context = model->Prepare({.max_batch = 7});
  ASSERT_TRUE(context.ok());
  EXPECT_EQ(context->max_batch(), 7);
  EXPECT_EQ(context->input(3).size(), 48U);
  EXPECT_EQ(context->output(3).size(), 12U);
  EXPECT_GE(context->arena_bytes(), 7 * (16 + 4) * sizeof(float));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(context->input(1).data()) % 64, 0U);
}

TEST(Context, OutlivesItsModel) {
  std::optional<Context> context;
  {
    auto model = Parse(SmallNet());
    ASSERT_TRUE(model.ok());
    context.emplace(*model->Prepare({}));
  }
  std::ranges::copy(Noise(16), context->input(1).begin());
  context->Invoke(1);
  const auto output = context->output(1);
  EXPECT_EQ(Floats(output.begin(), output.end()), Answers(SmallNet(), Noise(16), 1));
}

// The next input may be written while the last answer is still being read.
TEST(Context, OutputSurvivesTheNextInput) {
  for (const char* op : {"Relu", "Identity", "Softmax", "Flatten"}) {
    OnnxBuilder net({4});
    net.Node(op, {"x"});
    auto context = Parse(net)->Prepare({.max_batch = 2});
    ASSERT_TRUE(context.ok());
    std::ranges::copy(Ramp(8, 1.0F), context->input(2).begin());
    context->Invoke(2);
    const Floats before(context->output(2).begin(), context->output(2).end());
    std::ranges::fill(context->input(2), -77.0F);
    EXPECT_EQ(Floats(context->output(2).begin(), context->output(2).end()), before) << op;
  }
}

// The same where nothing is computed in place and the input is long read when the output is
// written.
TEST(Context, OutputOfALongNetSurvivesTheNextInput) {
  OnnxBuilder net({4});
  net.Weight("w", {4, 4}, Noise(16));
  net.Node("MatMul", {"x", "w"}, "a");
  net.Node("MatMul", {"a", "w"}, "b");
  net.Node("MatMul", {"b", "w"}, "c");
  net.Node("MatMul", {"c", "w"});
  auto context = Parse(net)->Prepare({});
  ASSERT_TRUE(context.ok());
  std::ranges::copy(Ramp(4, 1.0F), context->input(1).begin());
  context->Invoke(1);
  const Floats before(context->output(1).begin(), context->output(1).end());
  std::ranges::fill(context->input(1), -77.0F);
  EXPECT_EQ(Floats(context->output(1).begin(), context->output(1).end()), before);
}

TEST(Context, ReusesMemory) {
  OnnxBuilder net({1000});
  std::string value = "x";
  for (int i = 0; i < 20; ++i) {
    const std::string next = "t" + std::to_string(i);
    net.Node("Transpose", {value}, next + "u").IntList("perm", {0, 1});
    net.Node("Add", {next + "u", net.Weight("c" + std::to_string(i), {1000}, Noise(1000))}, next);
    value = next;
  }
  net.Node("Sigmoid", {value});
  const auto context = Parse(net)->Prepare({});
  ASSERT_TRUE(context.ok());
  // Input, output and one between them; each intermediate on its own would take 20.
  EXPECT_LE(context->arena_bytes(), 3U * 4096U);
}

TEST(Context, MovesWithItsMemory) {
  auto first = *Parse(SmallNet())->Prepare({});
  std::ranges::copy(Noise(16), first.input(1).begin());
  Context second = std::move(first);
  second.Invoke(1);
  const auto output = second.output(1);
  EXPECT_EQ(Floats(output.begin(), output.end()), Answers(SmallNet(), Noise(16), 1));
}

}  // namespace
}  // namespace biglittle::nn::testing
