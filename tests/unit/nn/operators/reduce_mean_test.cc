#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(ReduceMean, LastDimension) {
  OnnxBuilder net({2, 3});
  net.Node("ReduceMean", {"x"}).IntList("axes", {-1}).Int("keepdims", 0);
  ExpectOutput(net, {1, 2, 3, 4, 5, 9, 0, 0, 3, -1, -1, -1}, {2}, {2, 6, 1, -1});
}

TEST(ReduceMean, KeepsADimension) {
  OnnxBuilder net({2, 3});
  net.Node("ReduceMean", {"x"}).IntList("axes", {1});
  ExpectOutput(net, {1, 2, 3, 5, 6, 7}, {1, 3}, {3, 4, 5});
}

TEST(ReduceMean, SeveralDimensionsApart) {
  OnnxBuilder net({2, 2, 2});
  net.Node("ReduceMean", {"x"}).IntList("axes", {3, 1}).Int("keepdims", 0);
  ExpectOutput(net, Ramp(16), {2}, {2.5F, 4.5F, 10.5F, 12.5F});
}

TEST(ReduceMean, OfAllButTheBatch) {
  OnnxBuilder net({2, 2});
  net.Node("ReduceMean", {"x"}).IntList("axes", {1, 2}).Int("keepdims", 0);
  ExpectOutput(net, {1, 2, 3, 4, 5, 5, 5, 5}, {}, {2.5F, 5});
}

TEST(ReduceMean, Refused) {
  OnnxBuilder all({2});
  all.Node("ReduceMean", {"x"});
  ExpectRefused(all, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
  OnnxBuilder range({2});
  range.Node("ReduceMean", {"x"}).IntList("axes", {2});
  ExpectRefused(range, absl::StatusCode::kInvalidArgument, "axis 2 is out of range");
}

}  // namespace
}  // namespace biglittle::nn::testing
