#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// Channel c sees its neighbours as far as there are: 1 + (1 / 3) * (sum of squares), to the
// power 1.
TEST(LRN, OverNeighbours) {
  OnnxBuilder net({3, 1});
  net.Node("LRN", {"x"}).Int("size", 3).Float("alpha", 1).Float("beta", 1).Float("bias", 1);
  ExpectOutput(net, {1, 2, 3}, {3, 1},
               {1 / (1 + 5 / 3.0F), 2 / (1 + 14 / 3.0F), 3 / (1 + 13 / 3.0F)});
}

TEST(LRN, EvenSizeSeesOneMoreBehind) {
  OnnxBuilder net({3, 1});
  net.Node("LRN", {"x"}).Int("size", 2).Float("alpha", 2).Float("beta", 0.5F).Float("bias", 4);
  ExpectOutput(net, {1, 2, 3}, {3, 1}, {1 / 3.0F, 2 / 4.12310563F, 3 / 3.60555128F});
}

TEST(LRN, Refused) {
  OnnxBuilder net({3, 1});
  net.Node("LRN", {"x"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "size must be 1 or more");
}

}  // namespace
}  // namespace biglittle::nn::testing
