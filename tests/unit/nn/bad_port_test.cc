// Inputs and outputs that the engine cannot serve: refused at Load.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"

#include "nn/model.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

using absl::StatusCode;

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
                "input 'x' has a first dimension of 8, which is no batch of samples");
}
TEST_F(BadPort, OpenSize) {
  Dim(1).set_dim_param("length");
  ExpectRefused(net_, StatusCode::kUnimplemented,
                "input 'x' leaves its size 1, 'length', open: fix it with --shape x=1,? ");
  Dim(1).set_dim_value(-3);
  ExpectRefused(net_, StatusCode::kUnimplemented, "input 'x' leaves its size 1 open");
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
  net_.input_type().set_elem_type(onnx::TensorProto::STRING);
  ExpectRefused(net_, StatusCode::kUnimplemented, "input 'x' is string; the engine takes numbers");
}
TEST_F(BadPort, NoInput) {
  net_.graph().clear_input();
  ExpectRefused(net_, StatusCode::kInvalidArgument, "it has no input");
}
TEST_F(BadPort, TooManyInputs) {
  for (int i = 0; i < 64; ++i) {
    OnnxBuilder::AddPort(*net_.graph().add_input(), "z" + std::to_string(i), {4});
  }
  ExpectRefused(net_, StatusCode::kResourceExhausted, "it has more than the 64 inputs");
}
TEST_F(BadPort, InitializersAmongTheInputs) {
  OnnxBuilder::AddPort(*net_.graph().add_input(), "w", {4, 3});
  EXPECT_TRUE(Parse(net_).ok());
}
TEST_F(BadPort, NoOutput) {
  net_.graph().clear_output();
  ExpectRefused(net_, StatusCode::kInvalidArgument, "it has no output");
}
TEST_F(BadPort, TooManyOutputs) {
  for (int i = 0; i < 64; ++i) {
    const std::string name = "y" + std::to_string(i);
    net_.Node("Neg", {"y"}, name);
    net_.graph().add_output()->set_name(name);
  }
  ExpectRefused(net_, StatusCode::kResourceExhausted, "it has 65 outputs, 64 are allowed");
  net_.graph().mutable_output()->RemoveLast();
  EXPECT_TRUE(Parse(net_).ok());
}
TEST_F(BadPort, OutputGivenTwice) {
  net_.graph().add_output()->set_name("h");
  net_.graph().add_output()->set_name("y");
  ExpectRefused(net_, StatusCode::kInvalidArgument, "output 'y' is given twice");
}
TEST_F(BadPort, SecondOutputThatIsWrong) {
  net_.graph().add_output()->set_name("nowhere");
  ExpectRefused(net_, StatusCode::kInvalidArgument, "output 'nowhere' is computed by no node");
  net_.graph().mutable_output(1)->set_name("w");
  ExpectRefused(net_, StatusCode::kInvalidArgument, "output 'w' does not depend on the input");
  OnnxBuilder::AddPort(*net_.graph().mutable_output(1), "h", {5});
  ExpectRefused(net_, StatusCode::kInvalidArgument,
                "output 'h' is declared as [N, 5], its node computes [N, 3]");
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

}  // namespace
}  // namespace biglittle::nn::testing
