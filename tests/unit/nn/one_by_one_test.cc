// Nets whose samples cannot be computed together: one after the other, each as a batch of one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "nn/model.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// Attention among the rows of a sample by way of a transposition that moves the batch.
OnnxBuilder Turned() {
  OnnxBuilder net({3, 2});
  net.Node("Transpose", {"x"}, "t").IntList("perm", {1, 0, 2});  // [3, N, 2]
  net.Node("MatMul", {"t", net.Weight("w", {2, 4}, Noise(8))}, "p");
  net.Node("Transpose", {"p"}, "b").IntList("perm", {1, 0, 2});
  net.Node("Softmax", {"b"}).Int("axis", -1);
  return net;
}

// Without the detour.
OnnxBuilder Straight() {
  OnnxBuilder net({3, 2});
  net.Node("MatMul", {"x", net.Weight("w", {2, 4}, Noise(8))}, "p");
  net.Node("Softmax", {"p"}).Int("axis", -1);
  return net;
}

TEST(OneByOne, AnswersAsTogether) {
  const Floats input = Noise(5 * 6);
  ExpectOutput(Turned(), input, {3, 4}, Answers(Straight(), input, 5));
}

TEST(OneByOne, SaysWhy) {
  const auto model = Parse(Turned());
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT(model->info().one_by_one, ::testing::HasSubstr("(MatMul): the batch dimension of "
                                                             "input 0 [3, N, 2] is not in front"));
  EXPECT_EQ(Parse(Straight())->info().one_by_one, "");
}

TEST(OneByOne, ThreadsShareTheSamples) {
  const auto model = Parse(Turned());
  ASSERT_TRUE(model.ok()) << model.status();
  const Floats input = Noise(7 * 6);
  Floats alone;
  for (const std::int64_t threads : {1, 2, 3}) {
    auto context = model->Prepare({.max_batch = 7, .threads = threads});
    ASSERT_TRUE(context.ok()) << context.status();
    std::ranges::copy(input, context->input(7).begin());
    context->Invoke(7);
    const auto output = context->output(7);
    if (threads == 1) alone.assign(output.begin(), output.end());
    EXPECT_TRUE(std::ranges::equal(output, alone)) << threads << " threads";
  }
}

TEST(OneByOne, StepsTowardsAnOutput) {
  const auto model = Parse(Turned());
  auto context = model->Prepare({.max_batch = 3});
  const Floats input = Noise(6);
  std::ranges::copy(input, context->input(1).begin());
  context->Invoke(1);
  const Floats whole(context->output(1).begin(), context->output(1).end());
  std::ranges::copy(input, context->input(1).begin());
  context->InvokeUpTo(0);
  EXPECT_TRUE(std::ranges::equal(context->output(1), whole));
}

TEST(Inputs, SeveralTogether) {
  OnnxBuilder net({2});
  OnnxBuilder::AddPort(*net.graph().add_input(), "z", {2});
  net.Node("Add", {"x", "z"});
  const auto model = Parse(net);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->info().one_by_one, "");
  ASSERT_EQ(model->inputs().size(), 2U);
  EXPECT_EQ(model->inputs()[1].name, "z");
  auto context = model->Prepare({.max_batch = 2});
  std::ranges::copy(Floats{1, 2, 3, 4}, context->input(2, 0).begin());
  std::ranges::copy(Floats{10, 20, 30, 40}, context->input(2, 1).begin());
  context->Invoke(2);
  EXPECT_THAT(context->output(2), ::testing::ElementsAre(11, 22, 33, 44));
}

// A recurrent state in the second place, as exporters have it.
TEST(Inputs, AState) {
  OnnxBuilder net({4, 3});
  onnx::ValueInfoProto& state = *net.graph().add_input();
  OnnxBuilder::AddPort(state, "h", {});
  onnx::TensorShapeProto& shape = *state.mutable_type()->mutable_tensor_type()->mutable_shape();
  shape.clear_dim();
  shape.add_dim()->set_dim_value(1);
  shape.add_dim()->set_dim_param("batch");
  shape.add_dim()->set_dim_value(2);
  net.Node("Transpose", {"x"}, "t").IntList("perm", {1, 0, 2});
  net.Node("GRU",
           {"t", net.Weight("w", {1, 6, 3}, Noise(18)), net.Weight("r", {1, 6, 2}, Noise(12)), "",
            "", "h"},
           "")
      .Int("hidden_size", 2)
      .Also("last");
  net.Node("Squeeze", {"last", net.List("axes", {0})});
  const auto model = Parse(net);
  ASSERT_TRUE(model.ok()) << model.status();
  auto context = model->Prepare({.max_batch = 2});
  const auto run = [&](const Floats& first) {
    std::ranges::copy(Noise(24), context->input(2, 0).begin());
    std::ranges::copy(first, context->input(2, 1).begin());
    context->Invoke(2);
    const auto output = context->output(2);
    return Floats(output.begin(), output.end());
  };
  const Floats zeros = run({0, 0, 0, 0});
  const Floats second = run({0, 0, 0.5F, -0.5F});
  EXPECT_EQ(zeros[0], second[0]);
  EXPECT_NE(zeros[2], second[2]);
  // The first sample's state, given to the second.
  EXPECT_EQ(run({0.5F, -0.5F, 0, 0})[2], zeros[2]);
}

TEST(Inputs, OfIntegers) {
  OnnxBuilder net({3});
  net.input_type().set_elem_type(onnx::TensorProto::INT64);
  net.Node("Gather", {net.Weight("table", {4, 2}, Ramp(8)), "x"}, "e").Int("axis", 0);
  net.Node("ReduceSum", {"e", net.List("axes", {1, 2})}).Int("keepdims", 0);
  const auto model = Parse(net);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->input().type, "int64");
  EXPECT_EQ(Answers(net, {0, 1, 3, 2, 2, 2}, 2), (Floats{1 + 5 + 13, 27}));
}

TEST(InputShapes, FixWhatTheFileLeavesOpen) {
  OnnxBuilder net({4});
  net.input_type().mutable_shape()->mutable_dim(1)->set_dim_param("length");
  net.Node("ReduceSum", {"x", net.List("axes", {1})});
  const std::string bytes = net.Bytes();
  const auto parse = [&](const InputShapes& shapes) {
    return Model::Parse(std::as_bytes(std::span(bytes)), "test.onnx", {}, Shapes::kBatched, shapes);
  };
  const auto message = [&](const InputShapes& shapes) {
    return std::string(parse(shapes).status().message());
  };
  const auto model = parse({{"x", {1, 3}}});
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->input().shape, (Ints{3}));
  EXPECT_EQ(model->info().one_by_one, "");
  EXPECT_THAT(message({}), ::testing::HasSubstr("'length', open"));
  EXPECT_THAT(message({{"x", {1, 3, 4}}}), ::testing::HasSubstr("the file says 2 dimensions"));
  EXPECT_THAT(message({{"x", {1, 0}}}), ::testing::HasSubstr("every size must be 1 or more"));
  EXPECT_THAT(message({{"y", {1, 3}}}),
              ::testing::HasSubstr("a shape is given for 'y', which is no input"));
}

TEST(Functions, AreWrittenOut) {
  OnnxBuilder net({2});
  onnx::FunctionProto& function = *net.model().add_functions();
  function.set_domain("own");
  function.set_name("Twice");
  function.add_input("a");
  function.add_output("b");
  onnx::NodeProto& inner = *function.add_node();
  inner.set_op_type("Add");
  inner.add_input("a");
  inner.add_input("a");
  inner.add_output("b");
  net.Node("Twice", {"x"}, "t").proto().set_domain("own");
  net.Node("Twice", {"t"}).proto().set_domain("own");
  ExpectOutput(net, {1, 2}, {2}, {4, 8});
  inner.set_op_type("Twice");
  inner.set_domain("own");
  inner.mutable_input()->RemoveLast();
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "its functions call each other too deeply");
}

// A graph with one node from `input` to `output`.
void Fill(onnx::GraphProto& graph, const std::string& op, const std::string& input,
          const std::string& output) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  node.add_input(input);
  node.add_output(output);
  graph.add_output()->set_name(output);
}

onnx::GraphProto& AddGraph(onnx::NodeProto& node, const std::string& name) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::GRAPH);
  return *attribute.mutable_g();
}

TEST(ControlFlow, IfIsDecidedAtLoad) {
  for (const bool condition : {true, false}) {
    OnnxBuilder net({2});
    NodeBuilder node = net.Node("If", {net.Bool("c", condition)});
    Fill(AddGraph(node.proto(), "then_branch"), "Neg", "x", "branch");
    Fill(AddGraph(node.proto(), "else_branch"), "Abs", "x", "branch");
    ExpectOutput(net, {1, -2}, {2}, condition ? Floats{-1, 2} : Floats{1, 2});
  }
}

TEST(ControlFlow, IfThatTheInputDecides) {
  OnnxBuilder net({1});
  net.Node("Cast", {"x"}, "c").Int("to", onnx::TensorProto::BOOL);
  NodeBuilder node = net.Node("If", {"c"});
  Fill(AddGraph(node.proto(), "then_branch"), "Neg", "x", "branch");
  Fill(AddGraph(node.proto(), "else_branch"), "Abs", "x", "branch");
  ExpectRefused(net, absl::StatusCode::kUnimplemented,
                "(If): its condition depends on the net's input");
}

// y = 8x, and the rows 2x, 4x, 8x.
OnnxBuilder Doubled(std::int64_t times) {
  OnnxBuilder net({2});
  NodeBuilder node = net.Node("Loop", {net.List("count", {times}), "", "x"}).Also("rows");
  onnx::GraphProto& body = AddGraph(node.proto(), "body");
  for (const char* input : {"i", "go", "value"}) body.add_input()->set_name(input);
  body.add_output()->set_name("go");
  onnx::NodeProto& add = *body.add_node();
  add.set_op_type("Add");
  for (const char* input : {"value", "value"}) add.add_input(input);
  add.add_output("next");
  body.add_output()->set_name("next");
  body.add_output()->set_name("next");
  return net;
}

TEST(ControlFlow, LoopOfAKnownCount) {
  ExpectOutput(Doubled(3), {1, 2, 3, 4}, {2}, {8, 16, 24, 32});
  OnnxBuilder rows = Doubled(3);
  rows.graph().mutable_output(0)->set_name("rows");
  ExpectOutput(rows, {1, 2}, {3, 1, 2}, {2, 4, 4, 8, 8, 16});
}

TEST(ControlFlow, LoopWithoutEnd) {
  ExpectRefused(Doubled(std::int64_t{1} << 40), absl::StatusCode::kResourceExhausted,
                "with its loops written out the net has more than the 10000 nodes");
}

}  // namespace
}  // namespace biglittle::nn::testing
