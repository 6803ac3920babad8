#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(GlobalMaxPool, OneAndTwoDimensions) {
  OnnxBuilder line({2, 3});
  line.Node("GlobalMaxPool", {"x"});
  ExpectOutput(line, {1, 2, 6, -1, -2, -6, 0, 0, 3, 9, 9, 9}, {2, 1}, {6, -1, 3, 9});
  OnnxBuilder plane({1, 2, 2});
  plane.Node("GlobalMaxPool", {"x"});
  ExpectOutput(plane, {1, 2, 3, 4, -10, -11, -20, -21}, {1, 1, 1}, {4, -10});
}

}  // namespace
}  // namespace biglittle::nn::testing
