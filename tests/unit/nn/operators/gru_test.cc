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

// The formulas of the operator's documentation; gates in the order z, r, h.
//   zt = f(Xt*Wz + Ht-1*Rz + Wbz + Rbz)
//   rt = f(Xt*Wr + Ht-1*Rr + Wbr + Rbr)
//   ht = g(Xt*Wh + (rt . Ht-1)*Rh + Rbh + Wbh)       with linear_before_reset = 0
//   ht = g(Xt*Wh + (rt . (Ht-1*Rh + Rbh)) + Wbh)     else
//   Ht = (1 - zt) . ht + zt . Ht-1
void Gru(const RecurrentCheck& check, std::int64_t d, const Doubles& x, Doubles& h,
         Doubles& /*c*/) {
  const Doubles before = h;
  const auto gate = [&](std::int64_t g, std::int64_t unit) {
    return check.Activate(d, 0, 2, "Sigmoid",
                          check.W(d, g, unit, x) + check.R(d, g, unit, before) +
                              check.Wb(d, g, unit) + check.Rb(d, g, unit));
  };
  Doubles reset = before;
  for (std::size_t u = 0; u < h.size(); ++u) reset[u] *= gate(1, static_cast<std::int64_t>(u));
  for (std::size_t u = 0; u < h.size(); ++u) {
    const auto unit = static_cast<std::int64_t>(u);
    const double update = gate(0, unit);
    const double hidden = check.setup().reset_after
                              ? gate(1, unit) * (check.R(d, 2, unit, before) + check.Rb(d, 2, unit))
                              : check.R(d, 2, unit, reset) + check.Rb(d, 2, unit);
    const double fresh =
        check.Activate(d, 1, 2, "Tanh", check.W(d, 2, unit, x) + hidden + check.Wb(d, 2, unit));
    h[u] = (1.0 - update) * fresh + update * before[u];
  }
}

class GruAgainstNaive : public ::testing::TestWithParam<RecurrentSetup> {};

TEST_P(GruAgainstNaive, AllSteps) { RecurrentCheck("GRU", 3, GetParam()).Expect(Gru); }
TEST_P(GruAgainstNaive, LastHiddenState) {
  RecurrentSetup setup = GetParam();
  setup.output = 1;
  RecurrentCheck("GRU", 3, setup).Expect(Gru);
}
TEST_P(GruAgainstNaive, AllStepsWithTheResetBehindTheProduct) {
  RecurrentSetup setup = GetParam();
  setup.reset_after = true;
  RecurrentCheck("GRU", 3, setup).Expect(Gru);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, GruAgainstNaive,
    ::testing::Values(
        RecurrentSetup{.name = "forward"},
        RecurrentSetup{.name = "reverse", .direction = "reverse"},
        RecurrentSetup{.name = "both", .direction = "bidirectional", .first_state = true},
        RecurrentSetup{.name = "no_bias", .bias = false},
        RecurrentSetup{.name = "first_state", .first_state = true},
        RecurrentSetup{.name = "samples_first", .first_state = true, .samples_first = true},
        RecurrentSetup{.name = "one_of_each", .steps = 1, .inputs = 1, .units = 1},
        RecurrentSetup{.name = "many_steps", .steps = 50, .inputs = 2, .units = 3},
        RecurrentSetup{.name = "wide", .steps = 3, .inputs = 40, .units = 33},
        RecurrentSetup{.name = "activations",
                       .direction = "bidirectional",
                       .activations = {"Tanh", "Relu", "Sigmoid", "Sigmoid"}}),
    [](const auto& test) { return test.param.name; });

class GruRefused : public ::testing::Test {
 protected:
  GruRefused() : net_({4, 3}, 14) {
    net_.Weight("w", {1, 15, 3}, Noise(45));
    net_.Weight("r", {1, 15, 5}, Noise(75));
  }
  NodeBuilder Node(const std::vector<std::string>& more = {}) {
    std::vector<std::string> inputs = {"x", "w", "r"};
    inputs.insert(inputs.end(), more.begin(), more.end());
    return net_.Node("GRU", inputs).Named("layer").Int("layout", 1);
  }
  OnnxBuilder net_;
};

TEST_F(GruRefused, Clip) {
  Node().Float("clip", 1.0F);
  ExpectRefused(net_, absl::StatusCode::kUnimplemented, "node 'layer' (GRU): the attribute 'clip'");
}
TEST_F(GruRefused, SequenceLengths) {
  net_.Small("lengths", {1}, onnx::TensorProto::INT32, {2});
  Node({"", "lengths"});
  ExpectRefused(net_, absl::StatusCode::kUnimplemented,
                "node 'layer' (GRU): sequences of different lengths");
}
TEST_F(GruRefused, BiasOfWrongShape) {
  Node({net_.Weight("b", {1, 15}, Noise(15))});
  ExpectRefused(net_, absl::StatusCode::kInvalidArgument,
                "node 'layer' (GRU): input 3 of shape [1, 15] should be [1, 30]");
}
TEST_F(GruRefused, FirstStateOfWrongShape) {
  // With the samples in front, a 1 stands for them there.
  Node({"", "", net_.Weight("h", {5, 1, 1}, Noise(5))});
  ExpectRefused(net_, absl::StatusCode::kInvalidArgument,
                "node 'layer' (GRU): input 5 of shape [5, 1, 1] should be [1, 1, 5]");
}

}  // namespace
}  // namespace biglittle::nn::testing
