#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

OnnxBuilder Bands(float low, float high) {
  OnnxBuilder net({9}, 17);
  net.Node("MelWeightMatrix",
           {net.List("bands", {3}), net.List("length", {16}), net.List("rate", {8192}),
            net.Weight("low", {}, {low}), net.Weight("high", {}, {high})},
           "mel");
  net.Node("MatMul", {"x", "mel"});
  return net;
}

// Of the matrix each row once: the x with a 1 at its place. The values are those of ONNX's
// reference.
TEST(MelWeightMatrix, Triangles) {
  Floats ones(9 * 9);
  for (std::size_t i = 0; i < 9; ++i) ones[i * 9 + i] = 1;
  // Edges at bins 0, 0, 1, 3, 5.
  ExpectOutput(Bands(0, 4096), ones, {3}, {1,    0, 0, 0, 1, 0, 0, 0.5F, 0.5F, 0, 0, 1, 0, 0,
                                           0.5F, 0, 0, 0, 0, 0, 0, 0,    0,    0, 0, 0, 0});
}

TEST(MelWeightMatrix, Refused) {
  ExpectRefused(Bands(0, 5000), absl::StatusCode::kInvalidArgument, "up to half of the rate");
  ExpectRefused(Bands(3000, 2000), absl::StatusCode::kInvalidArgument, "up to half of the rate");
}

}  // namespace
}  // namespace biglittle::nn::testing
