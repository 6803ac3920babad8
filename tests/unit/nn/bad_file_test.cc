// Files that are no sound nets: each kind is refused at Load with a message that says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "absl/status/status.h"

#include "nn/model.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

using absl::StatusCode;

// A sound net to spoil: y = relu(x * w + b).
OnnxBuilder SoundNet() {
  OnnxBuilder net({4});
  net.Weight("w", {4, 3}, Noise(12));
  net.Weight("b", {3}, Noise(3));
  net.Node("Gemm", {"x", "w", "b"}, "h").Named("fc");
  net.Node("Relu", {"h"}).Named("act");
  return net;
}

TEST(BadFile, SoundNetLoads) { EXPECT_TRUE(Parse(SoundNet()).ok()); }

TEST(BadFile, NoSuchFile) {
  const auto model = Model::Load("/nonexistent/net.onnx");
  EXPECT_EQ(model.status().code(), StatusCode::kNotFound);
  EXPECT_EQ(std::string(model.status().message()), "/nonexistent/net.onnx: no such file");
}

TEST(BadFile, Directory) {
  const auto model = Model::Load(::testing::TempDir());
  EXPECT_EQ(model.status().code(), StatusCode::kInvalidArgument);
}

TEST(BadFile, LoadsFromDisk) {
  const std::filesystem::path path =
      std::filesystem::path(::testing::TempDir()) / "biglittle_sound_net.onnx";
  std::ofstream(path, std::ios::binary) << SoundNet().Bytes();
  EXPECT_TRUE(Model::Load(path).ok());
  const auto limited = Model::Load(path, {.max_file_bytes = 16});
  EXPECT_EQ(limited.status().code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(limited.status().message()), ::testing::HasSubstr("16 are allowed"));
  std::filesystem::remove(path);
}

TEST(BadFile, EmptyOrSomethingElse) {
  ExpectRefused("", StatusCode::kInvalidArgument, "it has no graph; is it an ONNX file?");
  ExpectRefused("hello, world", StatusCode::kInvalidArgument, "it is not an ONNX file");
  ExpectRefused(std::string(1000, '\xFF'), StatusCode::kInvalidArgument, "not an ONNX file");
}

TEST(BadFile, EveryTruncationIsRefused) {
  const std::string bytes = SoundNet().Bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(Parse(bytes.substr(0, size)).ok()) << size << " of " << bytes.size() << " bytes";
  }
}

// Whatever a changed byte does, it neither crashes nor asks for much memory.
TEST(BadFile, EveryChangedByteIsSurvived) {
  const std::string bytes = SoundNet().Bytes();
  LoadLimits limits;
  limits.max_tensor_bytes = 1U << 20U;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const unsigned mask : {0x01U, 0x80U, 0xFFU}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ mask);
      const auto model = Parse(changed, limits);
      if (model.ok()) (void)model->Prepare({.max_batch = 2, .max_arena_bytes = 1U << 20U});
    }
  }
}

TEST(BadFile, Opset) {
  for (const std::int64_t opset : {std::int64_t{6}, std::int64_t{18}, std::int64_t{-1}}) {
    OnnxBuilder net = SoundNet();
    net.model().mutable_opset_import(0)->set_version(opset);
    ExpectRefused(net, StatusCode::kUnimplemented,
                  "its opset is " + std::to_string(opset) + ", supported are 7 to 17");
  }
  OnnxBuilder none = SoundNet();
  none.model().clear_opset_import();
  ExpectRefused(none, StatusCode::kUnimplemented, "its opset is 0");
}

TEST(BadFile, UnknownOperator) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->set_op_type("Einsum");
  ExpectRefused(net, StatusCode::kUnimplemented,
                "node 'act' (Einsum): the engine does not have this operator");
}

TEST(BadFile, OperatorOfAnotherDomain) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->set_domain("com.example");
  ExpectRefused(net, StatusCode::kUnimplemented,
                "the engine does not have this operator of domain 'com.example'");
}

TEST(BadFile, NamesStayOnOneLineAndShort) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->set_op_type("Two\nlines" + std::string(500, 'x'));
  net.graph().mutable_node(1)->clear_name();
  const auto model = Parse(net);
  const std::string message(model.status().message());
  EXPECT_THAT(message, ::testing::StartsWith("test.onnx: node #1 (Two?linesxxx"));
  EXPECT_LT(message.size(), 200U);
  EXPECT_THAT(message, ::testing::Not(::testing::HasSubstr("\n")));
}

TEST(BadFile, Cycle) {
  OnnxBuilder net({4});
  net.Node("Add", {"x", "b"}, "a").Named("first");
  net.Node("Relu", {"a"}, "b").Named("second");
  net.Node("Relu", {"b"});
  ExpectRefused(net, StatusCode::kInvalidArgument,
                "node 'first' (Add): its input depends on its output");
  OnnxBuilder own({4});
  own.Node("Add", {"x", "y"}).Named("self");
  ExpectRefused(own, StatusCode::kInvalidArgument, "node 'self' (Add): its input depends on");
}

TEST(BadFile, DanglingInput) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->set_input(0, "ghost");
  ExpectRefused(net, StatusCode::kInvalidArgument,
                "node 'act' (Relu): its input 'ghost' is computed by no node");
}

TEST(BadFile, DanglingOutput) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_output(0)->set_name("ghost");
  ExpectRefused(net, StatusCode::kInvalidArgument, "output 'ghost' is computed by no node");
}

TEST(BadFile, ValueDefinedTwice) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->set_output(0, "h");
  ExpectRefused(net, StatusCode::kInvalidArgument, "value 'h' is defined twice");
  OnnxBuilder weights = SoundNet();
  weights.Weight("w", {1}, {1});
  ExpectRefused(weights, StatusCode::kInvalidArgument, "value 'w' is defined twice");
}

TEST(BadFile, NodeWithoutOutput) {
  OnnxBuilder net = SoundNet();
  net.graph().mutable_node(1)->clear_output();
  ExpectRefused(net, StatusCode::kInvalidArgument, "node 'act' (Relu): it has no output");
}

TEST(BadFile, TooFewAndTooManyInputs) {
  OnnxBuilder few = SoundNet();
  few.graph().mutable_node(0)->mutable_input()->DeleteSubrange(1, 2);
  ExpectRefused(few, StatusCode::kInvalidArgument, "node 'fc' (Gemm): input 1 is missing");
  OnnxBuilder many = SoundNet();
  many.graph().mutable_node(1)->add_input("x");
  ExpectRefused(many, StatusCode::kInvalidArgument,
                "node 'act' (Relu): it has 2 inputs, 1 at most are possible");
}

TEST(BadFile, AttributeTwice) {
  OnnxBuilder net = SoundNet();
  NodeBuilder(net.graph().mutable_node(0)).Int("transB", 0).Int("transB", 1);
  ExpectRefused(net, StatusCode::kInvalidArgument,
                "node 'fc' (Gemm): attribute 'transB' is given twice");
}

TEST(BadFile, AttributeOfUnknownKind) {
  OnnxBuilder net = SoundNet();
  onnx::AttributeProto* attribute = net.graph().mutable_node(0)->add_attribute();
  attribute->set_name("transB");
  attribute->set_type(onnx::AttributeProto::GRAPH);
  ExpectRefused(net, StatusCode::kInvalidArgument,
                "node 'fc' (Gemm): attribute 'transB' must be an integer");
}

TEST(BadFile, AbsurdInteger) {
  OnnxBuilder net = SoundNet();
  NodeBuilder(net.graph().mutable_node(0)).Int("transB", std::numeric_limits<std::int64_t>::min());
  ExpectRefused(net, StatusCode::kInvalidArgument, "attribute 'transB' holds an absurd number");
}

class BadWeights : public ::testing::Test {
 protected:
  BadWeights() : net_(SoundNet()), weights_(*net_.graph().mutable_initializer(0)) {}
  void ExpectInvalid(const std::string& reason) {
    ExpectRefused(net_, StatusCode::kInvalidArgument, "initializer 'w' " + reason);
  }
  OnnxBuilder net_;
  onnx::TensorProto& weights_;
};

TEST_F(BadWeights, NotFinite) {
  weights_.set_float_data(5, std::numeric_limits<float>::quiet_NaN());
  ExpectInvalid("holds nan at element 5; weights must be finite");
  weights_.set_float_data(5, -std::numeric_limits<float>::infinity());
  ExpectInvalid("holds -inf at element 5; weights must be finite");
}
TEST_F(BadWeights, FewerThanTheShapeSays) {
  weights_.mutable_float_data()->RemoveLast();
  ExpectInvalid("does not hold the 12 elements that its shape [4, 3] asks for");
}
TEST_F(BadWeights, RawDataOfAnotherSize) {
  weights_.clear_float_data();
  weights_.set_raw_data(std::string(47, '\0'));
  ExpectInvalid("does not hold the 12 elements");
  weights_.set_raw_data(std::string(52, '\0'));
  ExpectInvalid("does not hold the 12 elements");
  weights_.set_raw_data(std::string(48, '\0'));
  EXPECT_TRUE(Parse(net_).ok());
}
TEST_F(BadWeights, RawDataAndAList) {
  weights_.set_raw_data(std::string(48, '\0'));
  ExpectInvalid("does not hold the 12 elements");
}
TEST_F(BadWeights, ShapeWithoutData) {
  weights_.set_dims(0, std::int64_t{1} << 20);
  weights_.clear_float_data();
  ExpectInvalid("does not hold the 3145728 elements");
}
TEST_F(BadWeights, ShapeThatOverflows) {
  weights_.set_dims(0, std::int64_t{1} << 62);
  ExpectInvalid("has the impossible shape [4611686018427387904, 3]");
}
TEST_F(BadWeights, ZeroAndNegativeDimensions) {
  for (const std::int64_t extent :
       {std::int64_t{0}, std::int64_t{-4}, std::numeric_limits<std::int64_t>::min()}) {
    weights_.set_dims(0, extent);
    ExpectInvalid("has the impossible shape");
  }
}
TEST_F(BadWeights, TooManyDimensions) {
  for (int i = 0; i < 7; ++i) weights_.add_dims(1);
  ExpectRefused(net_, StatusCode::kUnimplemented, "initializer 'w' has more than 8 dimensions");
}
TEST_F(BadWeights, OtherTypes) {
  weights_.set_data_type(onnx::TensorProto::FLOAT16);
  ExpectRefused(net_, StatusCode::kUnimplemented,
                "initializer 'w' is float16; supported are float32, and int64 for shapes");
  weights_.set_data_type(99);
  ExpectRefused(net_, StatusCode::kUnimplemented, "initializer 'w' is of unknown type 99");
}
TEST_F(BadWeights, InAnotherFile) {
  weights_.clear_float_data();
  weights_.set_data_location(onnx::TensorProto::EXTERNAL);
  ExpectRefused(net_, StatusCode::kUnimplemented,
                "initializer 'w' keeps its data in another file; save the model as one file");
}
TEST_F(BadWeights, Sparse) {
  net_.graph().add_sparse_initializer();
  ExpectRefused(net_, StatusCode::kUnimplemented, "it has sparse initializers");
}

class BadPort : public ::testing::Test {
 protected:
  BadPort() : net_(SoundNet()) {}
  onnx::TensorShapeProto_Dimension& Dim(int i) {
    return *net_.input_type().mutable_shape()->mutable_dim(i);
  }
  OnnxBuilder net_;
};

TEST_F(BadPort, BatchOfOneIsTheBatch) {
  Dim(0).set_dim_value(1);
  EXPECT_TRUE(Parse(net_).ok());
}
TEST_F(BadPort, FixedBatch) {
  Dim(0).set_dim_value(8);
  ExpectRefused(net_, StatusCode::kUnimplemented,
                "input 'x' has a fixed batch of 8; export it with a dynamic one");
}
TEST_F(BadPort, OpenSize) {
  Dim(1).set_dim_param("length");
  ExpectRefused(net_, StatusCode::kUnimplemented,
                "input 'x' has a size that is not fixed, beside the batch");
  Dim(1).set_dim_value(-3);
  ExpectRefused(net_, StatusCode::kUnimplemented, "size that is not fixed");
}
TEST_F(BadPort, HugeSize) {
  Dim(1).set_dim_value(std::int64_t{1} << 62);
  ExpectRefused(net_, StatusCode::kResourceExhausted,
                "input 'x' has the shape [N, 4611686018427387904], beyond the limit");
}
TEST_F(BadPort, NoShape) {
  net_.input_type().clear_shape();
  ExpectRefused(net_, StatusCode::kInvalidArgument, "input 'x' has no shape");
}
TEST_F(BadPort, TooManyDimensions) {
  for (int i = 0; i < 7; ++i) net_.input_type().mutable_shape()->add_dim()->set_dim_value(1);
  ExpectRefused(net_, StatusCode::kUnimplemented, "input 'x' has more than 8 dimensions");
}
TEST_F(BadPort, OtherType) {
  net_.input_type().set_elem_type(onnx::TensorProto::UINT8);
  ExpectRefused(net_, StatusCode::kUnimplemented, "input 'x' is uint8, float32 is expected");
}
TEST_F(BadPort, NoInput) {
  net_.graph().clear_input();
  ExpectRefused(net_, StatusCode::kInvalidArgument, "it has no input");
}
TEST_F(BadPort, TwoInputs) {
  OnnxBuilder::AddPort(*net_.graph().add_input(), "z", {4});
  ExpectRefused(net_, StatusCode::kUnimplemented, "it has more than one input: 'x' and 'z'");
}
TEST_F(BadPort, InitializersAmongTheInputs) {
  OnnxBuilder::AddPort(*net_.graph().add_input(), "w", {4, 3});
  EXPECT_TRUE(Parse(net_).ok());
}
TEST_F(BadPort, TwoOutputsOrNone) {
  net_.graph().add_output()->set_name("h");
  ExpectRefused(net_, StatusCode::kUnimplemented, "it has 2 outputs, one is expected");
  net_.graph().clear_output();
  ExpectRefused(net_, StatusCode::kUnimplemented, "it has 0 outputs, one is expected");
}
TEST_F(BadPort, OutputOfAnotherShape) {
  OnnxBuilder::AddPort(*net_.graph().mutable_output(0), "y", {5});
  ExpectRefused(net_, StatusCode::kInvalidArgument,
                "output 'y' is declared as [N, 5], its node computes [N, 3]");
  net_.graph().mutable_output(0)->clear_type();
  OnnxBuilder::AddPort(*net_.graph().mutable_output(0), "y", {3});
  EXPECT_TRUE(Parse(net_).ok());
}
TEST_F(BadPort, OutputThatIsConstant) {
  net_.graph().mutable_output(0)->set_name("w");
  ExpectRefused(net_, StatusCode::kInvalidArgument, "output 'w' does not depend on the input");
}

TEST(Limits, Nodes) {
  LoadLimits limits;
  limits.max_nodes = 1;
  ExpectRefused(SoundNet().Bytes(), StatusCode::kResourceExhausted, "it has 2 nodes, 1 are allowed",
                limits);
}

TEST(Limits, Tensor) {
  OnnxBuilder net({4});
  net.Node("Pad", {"x", net.List("pads", {0, 0, 0, 1000})}).Named("widen");
  LoadLimits limits;
  limits.max_tensor_bytes = 4000;
  ExpectRefused(net.Bytes(), StatusCode::kResourceExhausted,
                "node 'widen' (Pad): its output of shape [N, 1004] is beyond the limit of 1000",
                limits);
}

TEST(Limits, Weight) {
  LoadLimits limits;
  limits.max_tensor_bytes = 11 * sizeof(float);
  ExpectRefused(SoundNet().Bytes(), StatusCode::kResourceExhausted,
                "initializer 'w' has the shape [4, 3], beyond the limit of 11 elements", limits);
}

// Ten small constants that grow 256-fold each.
TEST(Limits, WhatIsComputedAtLoad) {
  OnnxBuilder net({1});
  net.Weight("row", {1, 256}, Noise(256));
  net.Weight("column", {256, 1}, Noise(256));
  for (int i = 0; i < 10; ++i) {
    net.Node("Add", {"row", "column"}, "sum" + std::to_string(i)).Named("n" + std::to_string(i));
  }
  net.Node("Concat",
           {"sum0", "sum1", "sum2", "sum3", "sum4", "sum5", "sum6", "sum7", "sum8", "sum9"}, "all")
      .Int("axis", 0);
  net.Node("Add", {"x", "all"});
  LoadLimits limits;
  limits.max_tensor_bytes = std::size_t{256} * 256 * 4 * 3;
  ExpectRefused(net.Bytes(), StatusCode::kResourceExhausted,
                "node 'n3' (Add): computing it at load takes more than the limit", limits);
}

// Two bytes in the file, a hundred in memory.
TEST(Limits, FieldsThatCostMoreThanTheyWeigh) {
  std::string graph;
  for (int i = 0; i < 100000; ++i) graph += std::string("\x0A\x00", 2);  // an empty node
  std::string bytes = "\x3A";                                            // ModelProto.graph
  std::size_t size = graph.size();
  for (; size >= 128; size >>= 7U) bytes += static_cast<char>(size % 128 + 128);
  bytes += static_cast<char>(size);
  LoadLimits limits;
  limits.max_nodes = 100;
  ExpectRefused(bytes + graph, StatusCode::kResourceExhausted,
                "it has far more parts than a net needs", limits);
}

// Messages inside messages, deeper than any net's.
TEST(Limits, Depth) {
  onnx::ModelProto model;
  onnx::GraphProto* graph = model.mutable_graph();
  for (int i = 0; i < 40; ++i) graph = graph->add_node()->add_attribute()->mutable_g();
  graph->set_name("innermost");
  ExpectRefused(model.SerializeAsString(), StatusCode::kResourceExhausted, "far more parts");
}

}  // namespace
}  // namespace biglittle::nn::testing
