#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(ArgMax, FirstOrLastOfEqualOnes) {
  const Floats input = {1, 3, 3, 2, 2, 1};
  OnnxBuilder first({3});
  first.Node("ArgMax", {"x"}).Int("axis", 1).Int("keepdims", 0);
  ExpectOutput(first, input, {}, {1, 0});
  OnnxBuilder last({3});
  last.Node("ArgMax", {"x"}).Int("axis", -1).Int("select_last_index", 1);
  ExpectOutput(last, input, {1}, {2, 1});
}

TEST(ArgMax, AlongAMiddleDimension) {
  OnnxBuilder net({2, 3});
  net.Node("ArgMax", {"x"}).Int("axis", 1);
  ExpectOutput(net, {1, 5, 3, 4, 2, 6}, {1, 3}, {1, 0, 1});
}

TEST(ArgMax, Refused) {
  OnnxBuilder batch({3});
  batch.Node("ArgMax", {"x"});
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
  OnnxBuilder ints({3});
  ints.Node("ArgMax", {"x"}, "i").Int("axis", 1);
  ints.Node("Add", {"i", "x"});
  ExpectRefused(ints, absl::StatusCode::kInvalidArgument, "it computes with int64 and float32");
}

}  // namespace
}  // namespace biglittle::nn::testing
