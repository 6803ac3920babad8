#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(LayerNormalization, LastDimension) {
  OnnxBuilder net({2, 2}, 17);
  net.Node("LayerNormalization",
           {"x", net.Weight("scale", {2}, {1, 2}), net.Weight("bias", {2}, {0, 5})})
      .Float("epsilon", 1e-9F);
  ExpectOutput(net, {1, 3, 10, 30}, {2, 2}, {-1, 7, -1, 7});
}

TEST(LayerNormalization, AllButTheBatchWithoutBias) {
  OnnxBuilder net({2, 2}, 17);
  net.Node("LayerNormalization", {"x", net.Weight("scale", {2, 2}, {1, 1, 1, 1})})
      .Int("axis", 1)
      .Float("epsilon", 1e-9F);
  ExpectOutput(net, {1, 1, 3, 3, 5, 7, 7, 5}, {2, 2}, {-1, -1, 1, 1, -1, 1, 1, -1});
}

// As PyTorch exports it below opset 17.
TEST(LayerNormalization, InParts) {
  OnnxBuilder net({2});
  net.Node("ReduceMean", {"x"}, "mean").IntList("axes", {-1});
  net.Node("Sub", {"x", "mean"}, "distance");
  net.Node("Pow", {"distance", net.Weight("two", {}, {2})}, "square");
  net.Node("ReduceMean", {"square"}, "variance").IntList("axes", {-1});
  net.Node("Add", {"variance", net.Weight("epsilon", {}, {1e-9F})}, "sum");
  net.Node("Sqrt", {"sum"}, "deviation");
  net.Node("Div", {"distance", "deviation"}, "quotient");
  net.Node("Mul", {"quotient", net.Weight("scale", {2}, {1, 2})}, "scaled");
  net.Node("Add", {"scaled", net.Weight("bias", {2}, {0, 5})});
  ExpectOutput(net, {1, 3, 10, 30}, {2}, {-1, 7, -1, 7});
}

TEST(LayerNormalization, Refused) {
  OnnxBuilder shape({2, 2}, 17);
  shape.Node("LayerNormalization", {"x", shape.Weight("scale", {3}, {1, 1, 1})});
  ExpectRefused(shape, absl::StatusCode::kUnimplemented,
                "input 1 of shape [3] must be of shape [2]");
  OnnxBuilder batch({2}, 17);
  batch.Node("LayerNormalization", {"x", batch.Weight("scale", {2}, {1, 1})}).Int("axis", 0);
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
  // It came with opset 17, and stands in older files all the same.
  OnnxBuilder old({2}, 12);
  old.Node("LayerNormalization", {"x", old.Weight("scale", {2}, {1, 1})});
  EXPECT_TRUE(Parse(old).ok());
}

}  // namespace
}  // namespace biglittle::nn::testing
