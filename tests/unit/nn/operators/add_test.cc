#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Add, TwoComputedValues) {
  OnnxBuilder net({2, 2});
  net.Node("Relu", {"x"}, "r");
  net.Node("Add", {"r", "x"});
  ExpectOutput(net, {1, -2, 3, -4, 5, -6, -7, 8}, {2, 2}, {2, -2, 6, -4, 10, -6, -7, 16});
}

TEST(Add, TheSameValueTwice) {
  OnnxBuilder net({2});
  net.Node("Add", {"x", "x"});
  ExpectOutput(net, {1, -2, 3, 4}, {2}, {2, -4, 6, 8});
}

TEST(Add, ConstantForEachChannel) {
  OnnxBuilder net({2, 2, 2});
  net.Node("Add", {"x", net.Weight("c", {2, 1, 1}, {10, 20})});
  ExpectOutput(net, Ramp(16), {2, 2, 2},
               {10, 11, 12, 13, 24, 25, 26, 27, 18, 19, 20, 21, 32, 33, 34, 35});
}

TEST(Add, ConstantForEachColumnOnTheLeft) {
  OnnxBuilder net({2, 3});
  net.Node("Add", {net.Weight("c", {1, 1, 3}, {10, 20, 30}), "x"});
  ExpectOutput(net, Ramp(6), {2, 3}, {10, 21, 32, 13, 24, 35});
}

TEST(Add, ConstantThatWidensTheValue) {
  OnnxBuilder net({1, 2});
  net.Node("Add", {"x", net.Weight("c", {1, 3, 1}, {10, 20, 30})});
  ExpectOutput(net, {1, 2, 3, 4}, {3, 2}, {11, 12, 21, 22, 31, 32, 13, 14, 23, 24, 33, 34});
}

TEST(Add, BothSidesWiden) {
  OnnxBuilder net({2, 1});
  net.Node("Relu", {"x"}, "r");
  net.Node("Transpose", {"r"}, "t").IntList("perm", {0, 2, 1});
  net.Node("Add", {"r", "t"});
  ExpectOutput(net, {1, 2, 30, 40}, {2, 2}, {2, 3, 3, 4, 60, 70, 70, 80});
}

TEST(Add, KeepsAnOperandThatIsReadLater) {
  OnnxBuilder net({2});
  net.Node("Tanh", {"x"}, "t");
  net.Node("Add", {"t", net.Weight("c", {}, {1})}, "u");
  net.Node("Add", {"t", "u"});
  ExpectOutput(net, {0, 0.5F}, {2}, {1, 2 * 0.462117157F + 1});
}

TEST(Add, Refused) {
  OnnxBuilder shapes({2, 3});
  shapes.Node("Add", {"x", shapes.Weight("c", {2}, {1, 2})}).Named("sum");
  ExpectRefused(shapes, absl::StatusCode::kInvalidArgument,
                "node 'sum' (Add): shapes [N, 2, 3] and [1, 1, 2] cannot be broadcast");
  OnnxBuilder batch({3});
  batch.Node("Add", {"x", batch.Weight("c", {4, 3}, Ramp(12))});
  ExpectRefused(batch, absl::StatusCode::kInvalidArgument, "cannot be broadcast");
  OnnxBuilder front({3});
  front.Node("Add", {"x", front.Weight("c", {1, 1, 3}, Ramp(3))});
  ExpectRefused(front, absl::StatusCode::kUnimplemented,
                "would move the batch dimension from the front");
  OnnxBuilder ints({3});
  ints.Node("Add", {"x", ints.List("c", {1, 2, 3})});
  ExpectRefused(ints, absl::StatusCode::kInvalidArgument, "it computes with float32 and int64");
}

// Arithmetic of shapes: x.view(-1, height * width) and the like.
TEST(Add, OfIntegersKnownAtLoad) {
  OnnxBuilder net({2, 3});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Add", {"shape", net.List("zeros", {0, 4, 3})}, "sum");
  net.Node("Sub", {"sum", net.List("fives", {0, 5, 5})}, "difference");
  net.Node("Mul", {"difference", net.List("twos", {1, 2, 6})}, "product");
  net.Node("Div", {"product", net.List("divisors", {1, 1, 2})}, "target");
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(12), {2, 3}, Ramp(12));
}

TEST(Add, OfIntegersRefused) {
  const auto refuse = [](const std::string& op, const Ints& right, absl::StatusCode code,
                         const char* reason) {
    OnnxBuilder net({2});
    net.Node("Shape", {"x"}, "shape");
    net.Node(op, {"shape", net.List("right", right)}, "target");
    net.Node("Reshape", {"x", "target"});
    ExpectRefused(net, code, reason);
  };
  refuse("Mul", {2, 1}, absl::StatusCode::kUnimplemented, "computes with the size of the batch");
  refuse("Div", {1, 0}, absl::StatusCode::kInvalidArgument, "2 and 0 give no int64");
  refuse("Mul", {1, std::numeric_limits<std::int64_t>::max()}, absl::StatusCode::kInvalidArgument,
         "give no int64");
}

}  // namespace
}  // namespace biglittle::nn::testing
