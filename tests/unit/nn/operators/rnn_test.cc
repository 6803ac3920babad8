#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/operators/recurrent_check.h"

namespace biglittle::nn::testing {
namespace {

// Ht = f(Xt*Wi + Ht-1*Ri + Wbi + Rbi)
void Rnn(const RecurrentCheck& check, std::int64_t d, const Doubles& x, Doubles& h,
         Doubles& /*c*/) {
  const Doubles before = h;
  for (std::size_t u = 0; u < h.size(); ++u) {
    const auto unit = static_cast<std::int64_t>(u);
    h[u] = check.Activate(d, 0, 1, "Tanh",
                          check.W(d, 0, unit, x) + check.R(d, 0, unit, before) +
                              check.Wb(d, 0, unit) + check.Rb(d, 0, unit));
  }
}

class RnnAgainstNaive : public ::testing::TestWithParam<RecurrentSetup> {};

TEST_P(RnnAgainstNaive, AllSteps) { RecurrentCheck("RNN", 1, GetParam()).Expect(Rnn); }
TEST_P(RnnAgainstNaive, LastHiddenState) {
  RecurrentSetup setup = GetParam();
  setup.output = 1;
  RecurrentCheck("RNN", 1, setup).Expect(Rnn);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RnnAgainstNaive,
    ::testing::Values(
        RecurrentSetup{.name = "forward"},
        RecurrentSetup{.name = "reverse", .direction = "reverse"},
        RecurrentSetup{.name = "both", .direction = "bidirectional", .first_state = true},
        RecurrentSetup{.name = "no_bias", .bias = false},
        RecurrentSetup{.name = "first_state", .first_state = true},
        RecurrentSetup{.name = "samples_first", .first_state = true, .samples_first = true},
        RecurrentSetup{.name = "one_of_each", .steps = 1, .inputs = 1, .units = 1},
        RecurrentSetup{.name = "wide", .steps = 30, .inputs = 40, .units = 33},
        RecurrentSetup{
            .name = "activations", .direction = "bidirectional", .activations = {"Relu", "Tanh"}}),
    [](const auto& test) { return test.param.name; });

TEST(Rnn, RefusesClip) {
  OnnxBuilder net({4, 3}, 14);
  net.Node("RNN",
           {"x", net.Weight("w", {1, 5, 3}, Noise(15)), net.Weight("r", {1, 5, 5}, Noise(25))})
      .Named("layer")
      .Int("layout", 1)
      .Float("clip", 1.0F);
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "node 'layer' (RNN): the attribute 'clip'");
}

TEST(Rnn, RefusesWeightsThatAreNotSquare) {
  OnnxBuilder net({4, 3}, 14);
  net.Node("RNN",
           {"x", net.Weight("w", {1, 5, 3}, Noise(15)), net.Weight("r", {1, 4, 5}, Noise(20))})
      .Named("layer")
      .Int("layout", 1);
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "node 'layer' (RNN): input 2 of shape [1, 4, 5] should be [1, 5, 5]");
}

}  // namespace
}  // namespace biglittle::nn::testing
