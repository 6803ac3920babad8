// Nets of several outputs: each is what it is alone, in the order of the file, as early as can be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nn/model.h"
#include "tests/unit/nn/every_kernel_net.h"
#include "tests/unit/nn/feature_map.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/operators/naive.h"
#include "tests/unit/nn/outputs_check.h"

namespace biglittle::nn::testing {
namespace {

using ::testing::ElementsAre;

TEST(Outputs, ArePortsInTheFilesOrder) {
  const auto model = Parse(EarlyExit());
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->outputs().size(), 2U);
  EXPECT_EQ(model->outputs()[0].name, "exit");
  EXPECT_THAT(model->outputs()[0].shape, ElementsAre(2));
  EXPECT_EQ(model->outputs()[1].name, "y");
  EXPECT_THAT(model->outputs()[1].shape, ElementsAre(7));
  EXPECT_EQ(&model->output(), &model->outputs().back());
}

TEST(Outputs, ShareATrunk) { ExpectOutputsAsAlone(EarlyExit()); }

TEST(Outputs, NodesOfTheFirstComeFirst) {
  const auto model = Parse(EarlyExit());
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(model->info().operators, ElementsAre("Conv", "Relu", "GlobalAveragePool", "Reshape",
                                                   "Gemm", "Conv", "Flatten", "Gemm"));
  EXPECT_THAT(KernelsOf(EarlyExit()),
              ElementsAre("conv 3x3 3->8 + relu, direct", "average pool 1x30", "dense 8->2",
                          "conv 3x3 8->4, direct", "dense 120->7"));
  OnnxBuilder turned = EarlyExit();
  SetOutputs(turned, {"y", "exit"});
  EXPECT_THAT(KernelsOf(turned),
              ElementsAre("conv 3x3 3->8 + relu, direct", "conv 3x3 8->4, direct", "dense 120->7",
                          "average pool 1x30", "dense 8->2"));
  ExpectOutputsAsAlone(turned);
}

// A node of two outputs becomes two steps, of which the exit needs one.
TEST(Outputs, HalfANodeOfTheFirstComesFirst) {
  OnnxBuilder net({4});
  net.Node("Split", {"x"}, "a").Also("b").Int("axis", 1);
  net.Node("Sigmoid", {"b"}, "exit");
  net.Node("Tanh", {"a"});
  SetOutputs(net, {"exit", "y"});
  const auto model = Parse(net);
  ASSERT_TRUE(model.ok()) << model.status();
  std::vector<std::string> nodes;
  for (const StepInfo& step : model->info().steps) nodes.push_back(step.node);
  EXPECT_THAT(nodes, ElementsAre("node #0 (Split)", "node #1 (Sigmoid)", "node #0 (Split)",
                                 "node #2 (Tanh)"));
  ExpectOutputsAsAlone(net);
}

TEST(Outputs, TellTheirMultiplyAdds) {
  const auto model = Parse(EarlyExit());
  ASSERT_TRUE(model.ok()) << model.status();
  const std::int64_t exit = 30 * 8 * 3 * 9 + 16;
  const std::int64_t all = exit + 30 * 4 * 8 * 9 + 120 * 7;
  EXPECT_THAT(model->info().multiply_adds_to, ElementsAre(exit, all));
  EXPECT_EQ(model->info().multiply_adds, all);
  const auto one = Parse(ConvAndRelu());
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_THAT(one->info().multiply_adds_to, ElementsAre(4));
}

TEST(Outputs, AReluDoesNotSwallowTheConvolution) {
  OnnxBuilder net = ConvAndRelu();
  for (const bool exit_first : {true, false}) {
    SetOutputs(
        net, exit_first ? std::vector<std::string>{"c", "y"} : std::vector<std::string>{"y", "c"});
    const auto model = Parse(net);
    ASSERT_TRUE(model.ok()) << model.status();
    auto context = model->Prepare({});
    ASSERT_TRUE(context.ok()) << context.status();
    const std::vector<Floats> outputs = InvokeAll(*model, *context, {1, -2});
    EXPECT_THAT(outputs[exit_first ? 0 : 1], ElementsAre(3, -3, -1, 2));
    EXPECT_THAT(outputs[exit_first ? 1 : 0], ElementsAre(3, 0, 0, 2));
    ExpectOutputsAsAlone(net);
  }
}

TEST(Outputs, ASumDoesNotSwallowItsSummands) {
  const Geometry three{.kernel = {3, 3}, .pads = {1, 1, 1, 1}};
  OnnxBuilder net({16, 6, 6});
  AddConvolution(net, NoiseConvolution(16, 16, 1, three, 1), "x", "a");
  AddConvolution(net, NoiseConvolution(16, 16, 1, three, 2), "a", "b");
  net.Node("Add", {"b", "a"}, "sum");
  net.Node("Relu", {"sum"});
  for (const char* early : {"a", "b", "sum"}) {
    SetOutputs(net, {early, "y"});
    ExpectOutputsAsAlone(net);
  }
  SetOutputs(net, {"y", "b", "sum", "a", "x"});
  ExpectOutputsAsAlone(net);
}

// Only its shape is asked for, but it reads what the net answers.
TEST(Outputs, AReaderThatNobodyReadsSwallowsNothing) {
  OnnxBuilder net = ConvAndRelu();
  net.graph().mutable_node(1)->set_output(0, "r");
  net.Node("Shape", {"r"}, "s");
  net.Node("Reshape", {"c", "s"});
  ExpectOutput(net, {1, -2}, {2, 2}, {3, -3, -1, 2});
}

TEST(Outputs, MayBeTheSameValue) {
  OnnxBuilder net = ConvAndRelu();
  net.Node("Identity", {"y"}, "again");
  net.Node("Flatten", {"y"}, "flat");
  SetOutputs(net, {"y", "again", "flat"});
  ExpectOutputsAsAlone(net);
  SetOutputs(net, {"again", "c"});
  ExpectOutputsAsAlone(net);
}

TEST(Outputs, MayBeTheInput) {
  OnnxBuilder net = ConvAndRelu();
  net.Node("Identity", {"x"}, "same");
  SetOutputs(net, {"x", "y"});
  ExpectOutputsAsAlone(net);
  SetOutputs(net, {"y", "same", "x"});
  ExpectOutputsAsAlone(net);
  SetOutputs(net, {"same", "x"});
  ExpectOutputsAsAlone(net);
}

TEST(Outputs, ArePlanarWhereTheNetIsNot) {
  const Geometry three{.kernel = {3, 3}, .pads = {1, 1, 1, 1}};
  OnnxBuilder net({3, 5, 6});
  AddConvolution(net, NoiseConvolution(3, 8, 1, three, 1), "x", "a");
  AddConvolution(net, NoiseConvolution(8, 5, 1, three, 2), "a", "b");
  AddConvolution(net, NoiseConvolution(8, 6, 1, three, 3), "a", "y");
  SetOutputs(net, {"b", "y"});
  EXPECT_THAT(KernelsOf(net), ElementsAre("conv 3x3 3->8, direct", "conv 3x3 8->5, direct",
                                          "to planar", "conv 3x3 8->6, direct", "to planar"));
  ExpectOutputsAsAlone(net);
  SetOutputs(net, {"a", "y", "b"});  // read on
  ExpectOutputsAsAlone(net);
}

TEST(Outputs, OfABatchInPortions) {
  OnnxBuilder net({4, 200, 200});  // so large that each sample goes alone
  net.Node("Sigmoid", {"x"}, "a");
  net.Node("ReduceMax", {"a"}, "rows").IntList("axes", {3}).Int("keepdims", 0);
  net.Node("Tanh", {"a"}, "b");
  net.Node("GlobalAveragePool", {"b"}, "mean");
  net.Node("Sub", {"b", "mean"});
  SetOutputs(net, {"rows", "a", "x", "mean", "y"});
  const auto model = Parse(net);
  ASSERT_TRUE(model.ok()) << model.status();
  auto context = model->Prepare({.max_batch = 5});
  ASSERT_TRUE(context.ok()) << context.status();
  const Floats input = Noise(5 * 4 * 200 * 200);
  const std::vector<Floats> whole = InvokeAll(*model, *context, input);
  ExpectNear(whole, EachAlone(net, *model, input));
  ExpectSameStepByStep(*model, *context, input, whole);
}

TEST(Outputs, OfEveryKernel) {
  OnnxBuilder net = EveryKernelNet();
  SetOutputs(net, {"stem.r", "winograd", "depthwise", "joined", "rows.v", "flat", "fc.y", "y"});
  ExpectOutputsAsAlone(net);
  SetOutputs(net, {"gated", "steps", "y", "swish", "mean"});
  const auto turned = Parse(net);  // 'steps' has the batch behind
  ASSERT_TRUE(turned.ok()) << turned.status();
  EXPECT_EQ(turned->info().one_by_one,
            "output 'steps' has the shape [85, N, 100]: the batch must be in front");
  SetOutputs(net, {"gated", "y", "swish", "mean", "sum"});
  ExpectOutputsAsAlone(net);
}

TEST(Outputs, OfFixedShapes) {
  const std::string bytes = [] {
    OnnxBuilder net({3, 2});
    net.Node("Gemm", {"x", net.Weight("w", {2, 4}, {1, 0, 1, 2, 0, 1, 1, 3})}, "g");
    net.Node("Transpose", {"g"});
    SetOutputs(net, {"g", "y"});
    onnx::TensorShapeProto& shape = *net.input_type().mutable_shape();
    shape.mutable_dim()->DeleteSubrange(0, 1);
    return net.Bytes();
  }();
  const auto model =
      Model::Parse(std::as_bytes(std::span(bytes)), "test.onnx", LoadLimits{}, Shapes::kFixed);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(model->outputs()[0].shape, ElementsAre(3, 4));
  EXPECT_THAT(model->outputs()[1].shape, ElementsAre(4, 3));
  auto context = model->Prepare({});
  ASSERT_TRUE(context.ok()) << context.status();
  const Floats input = {1, 2, 3, 4, 5, 6};
  const std::vector<Floats> whole = InvokeAll(*model, *context, input);
  EXPECT_THAT(whole[0], ElementsAre(1, 2, 3, 8, 3, 4, 7, 18, 5, 6, 11, 28));
  EXPECT_THAT(whole[1], ElementsAre(1, 3, 5, 2, 4, 6, 3, 7, 11, 8, 18, 28));
  ExpectSameStepByStep(*model, *context, input, whole);
}

}  // namespace
}  // namespace biglittle::nn::testing
