#include <gtest/gtest.h>

#include <algorithm>
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

// The formulas of the operator's documentation; gates in the order i, o, f, c.
//   it = f(Xt*Wi + Ht-1*Ri + Pi . Ct-1 + Wbi + Rbi)
//   ft = f(Xt*Wf + Ht-1*Rf + Pf . Ct-1 + Wbf + Rbf)
//   ct = g(Xt*Wc + Ht-1*Rc + Wbc + Rbc)
//   Ct = ft . Ct-1 + it . ct
//   ot = f(Xt*Wo + Ht-1*Ro + Po . Ct + Wbo + Rbo)
//   Ht = ot . h(Ct)
void Lstm(const RecurrentCheck& check, std::int64_t d, const Doubles& x, Doubles& h, Doubles& c) {
  const Doubles before = h;
  for (std::size_t u = 0; u < h.size(); ++u) {
    const auto unit = static_cast<std::int64_t>(u);
    const auto gate = [&](std::int64_t g) {
      return check.W(d, g, unit, x) + check.R(d, g, unit, before) + check.Wb(d, g, unit) +
             check.Rb(d, g, unit);
    };
    const auto f = [&](double z) { return check.Activate(d, 0, 3, "Sigmoid", z); };
    const double input = f(gate(0) + check.P(d, 0, unit) * c[u]);
    const double forget = f(gate(2) + check.P(d, 2, unit) * c[u]);
    const double candidate = check.Activate(d, 1, 3, "Tanh", gate(3));
    c[u] = forget * c[u] + input * candidate;
    const double output = f(gate(1) + check.P(d, 1, unit) * c[u]);
    h[u] = output * check.Activate(d, 2, 3, "Tanh", c[u]);
  }
}

class LstmAgainstNaive : public ::testing::TestWithParam<RecurrentSetup> {};

TEST_P(LstmAgainstNaive, AllSteps) { RecurrentCheck("LSTM", 4, GetParam()).Expect(Lstm); }
TEST_P(LstmAgainstNaive, LastHiddenState) {
  RecurrentSetup setup = GetParam();
  setup.output = 1;
  RecurrentCheck("LSTM", 4, setup).Expect(Lstm);
}
TEST_P(LstmAgainstNaive, LastCellState) {
  RecurrentSetup setup = GetParam();
  setup.output = 2;
  RecurrentCheck("LSTM", 4, setup).Expect(Lstm);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, LstmAgainstNaive,
    ::testing::Values(
        RecurrentSetup{.name = "forward"},
        RecurrentSetup{.name = "reverse", .direction = "reverse"},
        RecurrentSetup{.name = "both", .direction = "bidirectional", .first_state = true},
        RecurrentSetup{.name = "no_bias", .bias = false},
        RecurrentSetup{.name = "first_state", .first_state = true},
        RecurrentSetup{.name = "peepholes", .first_state = true, .peepholes = true},
        RecurrentSetup{.name = "all",
                       .direction = "bidirectional",
                       .units = 17,
                       .first_state = true,
                       .peepholes = true,
                       .samples_first = true},
        RecurrentSetup{.name = "samples_first", .samples_first = true},
        RecurrentSetup{.name = "one_of_each", .steps = 1, .inputs = 1, .units = 1},
        RecurrentSetup{.name = "many_steps", .steps = 50, .inputs = 2, .units = 3},
        RecurrentSetup{.name = "wide", .steps = 3, .inputs = 40, .units = 33},
        RecurrentSetup{.name = "activations",
                       .direction = "bidirectional",
                       .activations = {"Tanh", "Relu", "Sigmoid", "Sigmoid", "Tanh", "Relu"}}),
    [](const auto& test) { return test.param.name; });

// What PyTorch writes for an LSTM with batch_first, of which the last step is used.
OnnxBuilder ExportedNet() {
  OnnxBuilder net({6, 3});
  net.Weight("w", {1, 20, 3}, Noise(60, 1));
  net.Weight("r", {1, 20, 5}, Noise(100, 2));
  net.Weight("b", {1, 40}, Noise(40, 3));
  net.Weight("fc", {2, 5}, Noise(10, 4));
  // Zeros for each sample: [1, N, 5].
  net.Node("Shape", {"x"}, "shape");
  net.Node("Gather", {"shape", net.List("zero", {0})}, "n");
  net.Node("Concat", {net.List("one", {1}), "n", net.List("five", {5})}, "state").Int("axis", 0);
  net.Node("ConstantOfShape", {"state"}, "zeros");
  net.Node("Transpose", {"x"}, "steps").IntList("perm", {1, 0, 2});
  net.Node("LSTM", {"steps", "w", "r", "b", "", "zeros", "zeros"}, "all").Int("hidden_size", 5);
  net.Node("Squeeze", {"all", net.List("axis", {1})}, "squeezed");
  net.Node("Transpose", {"squeezed"}, "turned").IntList("perm", {1, 0, 2});
  onnx::TensorProto& last = net.Tensor("last", {}, onnx::TensorProto::INT64);
  last.add_int64_data(-1);
  net.Node("Gather", {"turned", "last"}, "h").Int("axis", 1);
  net.Node("Gemm", {"h", "fc"}).Int("transB", 1);
  return net;
}

TEST(Lstm, AsExported) {
  // The same weights in a net of the operator alone, whose last state is taken.
  OnnxBuilder plain({6, 3}, 14);
  plain.Weight("w", {1, 20, 3}, Noise(60, 1));
  plain.Weight("r", {1, 20, 5}, Noise(100, 2));
  plain.Weight("b", {1, 40}, Noise(40, 3));
  plain.Weight("fc", {2, 5}, Noise(10, 4));
  plain.Node("LSTM", {"x", "w", "r", "b"}, "").Also("h").Int("hidden_size", 5).Int("layout", 1);
  plain.Node("Flatten", {"h"}, "f");
  plain.Node("Gemm", {"f", "fc"}).Int("transB", 1);
  for (const std::int64_t samples : {1, 3, 20}) {
    const Floats input = Noise(samples * 18, 5);
    ExpectOutput(ExportedNet(), input, {2}, Answers(plain, input, 1), 1e-6F);
  }
}

// Two layers, both states used: the operator is computed once for each output that is asked for.
TEST(Lstm, AllThreeOutputs) {
  OnnxBuilder net({4, 3}, 14);
  const Floats w = Noise(60, 1);
  const Floats r = Noise(100, 2);
  net.Weight("w", {1, 20, 3}, w);
  net.Weight("r", {1, 20, 5}, r);
  net.Node("LSTM", {"x", "w", "r"}, "all").Also("h").Also("c").Int("layout", 1);
  net.Node("ReduceMax", {"all"}, "m").IntList("axes", {1}).Int("keepdims", 0);
  net.Node("Concat", {"m", "h", "c"}).Int("axis", 2);
  const auto one = [&](int output) {
    OnnxBuilder single({4, 3}, 14);
    single.Weight("w", {1, 20, 3}, w);
    single.Weight("r", {1, 20, 5}, r);
    NodeBuilder node = single.Node("LSTM", {"x", "w", "r"}, output == 0 ? "all" : "");
    node.Int("layout", 1);
    if (output > 0) node.Also(output == 1 ? "y" : "");
    if (output > 1) node.Also("y");
    if (output == 0) {
      single.Node("ReduceMax", {"all"}).IntList("axes", {1}).Int("keepdims", 0);
    }
    return Answers(single, Noise(36, 3), 3);
  };
  const std::vector<Floats> parts = {one(0), one(1), one(2)};
  Floats expected;
  for (std::int64_t n = 0; n < 3; ++n) {
    for (const Floats& part : parts) {
      expected.insert(expected.end(), part.begin() + n * 5, part.begin() + (n + 1) * 5);
    }
  }
  ExpectOutput(net, Noise(36, 3), {1, 15}, expected);
}

// With fixed shapes each sample may begin with a state of its own.
TEST(Lstm, FixedShapesWithAStateForEachSample) {
  constexpr std::int64_t kSteps = 4;
  constexpr std::int64_t kSamples = 10;  // more than go through time together
  const Floats w = Noise(60, 1);
  const Floats r = Noise(100, 2);
  const Floats first = Noise(kSamples * 5, 3);
  const Floats input = Noise(kSteps * kSamples * 3, 4);  // [steps, samples, 3]
  Floats expected(static_cast<std::size_t>(kSteps * kSamples * 5));
  for (std::int64_t n = 0; n < kSamples; ++n) {
    OnnxBuilder single({kSteps, 3}, 14);
    single.Weight("w", {1, 20, 3}, w);
    single.Weight("r", {1, 20, 5}, r);
    single.Weight("h", {1, 1, 5}, {first.begin() + n * 5, first.begin() + (n + 1) * 5});
    single.Node("LSTM", {"x", "w", "r", "", "", "h", "h"}).Int("layout", 1);
    Floats sample;
    for (std::int64_t t = 0; t < kSteps; ++t) {
      const auto from = input.begin() + (t * kSamples + n) * 3;
      sample.insert(sample.end(), from, from + 3);
    }
    const Floats all = Answers(single, sample, 1);
    for (std::int64_t t = 0; t < kSteps; ++t) {
      std::copy_n(all.begin() + t * 5, 5, expected.begin() + (t * kSamples + n) * 5);
    }
  }
  OnnxBuilder net({kSamples, 3}, 14);
  net.Weight("w", {1, 20, 3}, w);
  net.Weight("r", {1, 20, 5}, r);
  net.Weight("h", {1, kSamples, 5}, first);
  net.Node("LSTM", {"x", "w", "r", "", "", "h", "h"});
  ExpectFixedOutput(net, {kSteps, kSamples, 3}, input, {kSteps, 1, kSamples, 5}, expected);
}

class LstmRefused : public ::testing::Test {
 protected:
  LstmRefused() : net_({4, 3}) {
    net_.Weight("w", {1, 20, 3}, Noise(60));
    net_.Weight("r", {1, 20, 5}, Noise(100));
    net_.Node("Transpose", {"x"}, "steps").IntList("perm", {1, 0, 2});
  }
  NodeBuilder Node(const std::vector<std::string>& more = {}, const std::string& w = "w") {
    std::vector<std::string> inputs = {"steps", w, "r"};
    inputs.insert(inputs.end(), more.begin(), more.end());
    NodeBuilder node = net_.Node("LSTM", inputs, "out").Named("layer");
    net_.Node("Transpose", {"out"}).IntList("perm", {2, 0, 1, 3});
    return node;
  }
  void ExpectUnsupported(const std::string& reason) {
    ExpectRefused(net_, absl::StatusCode::kUnimplemented, "node 'layer' (LSTM): " + reason);
  }
  void ExpectInvalid(const std::string& reason) {
    ExpectRefused(net_, absl::StatusCode::kInvalidArgument, "node 'layer' (LSTM): " + reason);
  }
  OnnxBuilder net_;
};

TEST_F(LstmRefused, SequenceLengths) {
  net_.Small("lengths", {1}, onnx::TensorProto::INT32, {3});
  Node({"", "lengths"});
  ExpectUnsupported("sequences of different lengths");
}
TEST_F(LstmRefused, NotTheFullLength) {
  net_.Small("lengths", {1}, onnx::TensorProto::INT32, {4});
  Node({"", "lengths"});
  EXPECT_TRUE(Parse(net_).ok()) << Parse(net_).status();
}
TEST_F(LstmRefused, CoupledGates) {
  Node().Int("input_forget", 1);
  ExpectUnsupported("coupled input and forget gates");
}
TEST_F(LstmRefused, Clip) {
  Node().Float("clip", 1.0F);
  ExpectUnsupported("the attribute 'clip'");
}
TEST_F(LstmRefused, ComputedFirstStateOfAnotherShape) {
  net_.Node("ReduceSum", {"x", net_.List("axes", {1, 2})}, "s").Int("keepdims", 1);
  net_.Node("Expand", {"s", net_.List("shape", {1, 1, 4})}, "e");
  net_.Node("Transpose", {"e"}, "state").IntList("perm", {1, 0, 2});
  Node({"", "", "state"});
  ExpectUnsupported("input 5 of shape [1, N, 4] should be [1, N, 5]");
}
TEST_F(LstmRefused, ComputedWeights) {
  net_.Node("Relu", {"x"}, "v");
  Node({}, "v");
  ExpectUnsupported("input 1 must be a constant");
}
TEST_F(LstmRefused, UnknownActivation) {
  Node().TextList("activations", {"Sigmoid", "Elu", "Tanh"});
  ExpectUnsupported("the activation 'Elu'");
}
TEST_F(LstmRefused, TooFewActivations) {
  Node().TextList("activations", {"Sigmoid"});
  ExpectInvalid("1 activations for 1 directions of 3 each");
}
TEST_F(LstmRefused, UnknownDirection) {
  Node().Text("direction", "sideways");
  ExpectInvalid("direction 'sideways' is not known");
}
TEST_F(LstmRefused, WeightsForOneDirectionOfTwo) {
  Node().Text("direction", "bidirectional");
  ExpectInvalid("input 1 of shape [1, 20, 3] should be [2, 20, 3]");
}
TEST_F(LstmRefused, WrongWeights) {
  net_.Weight("narrow", {1, 20, 2}, Noise(40));
  Node({}, "narrow");
  ExpectInvalid("input 1 of shape [1, 20, 2] should be [1, 20, 3]");
}
TEST_F(LstmRefused, WrongBias) {
  Node({net_.Weight("b", {1, 20}, Noise(20))});
  ExpectInvalid("input 3 of shape [1, 20] should be [1, 40]");
}
TEST_F(LstmRefused, WrongFirstState) {
  Node({"", "", net_.Weight("h", {1, 2, 5}, Noise(10))});
  ExpectInvalid("input 5 of shape [1, 2, 5] should be [1, 1, 5]");
}
TEST_F(LstmRefused, WrongFirstCell) {
  Node({"", "", "", net_.Weight("c", {1, 5}, Noise(5))});
  ExpectInvalid("input 6 of shape [1, 5] should be [1, 1, 5]");
}
TEST_F(LstmRefused, WrongPeepholes) {
  Node({"", "", "", "", net_.Weight("p", {1, 5}, Noise(5))});
  ExpectInvalid("input 7 of shape [1, 5] should be [1, 15]");
}
TEST_F(LstmRefused, HiddenSizeAgainstWeights) {
  Node().Int("hidden_size", 6);
  ExpectInvalid("hidden_size 6 does not fit weights [1, 20, 5]");
}

TEST(LstmRefusedShapes, BatchAlongTime) {
  OnnxBuilder net({4, 3});
  net.Weight("w", {1, 20, 3}, Noise(60));
  net.Weight("r", {1, 20, 5}, Noise(100));
  net.Node("LSTM", {"x", "w", "r"}).Named("layer");
  ExpectRefused(net, absl::StatusCode::kUnimplemented,
                "it works along the batch dimension, so samples would mix");
}
TEST(LstmRefusedShapes, TwoDimensions) {
  OnnxBuilder net({3});
  net.Weight("w", {1, 20, 3}, Noise(60));
  net.Weight("r", {1, 20, 5}, Noise(100));
  net.Node("LSTM", {"x", "w", "r"}).Named("layer");
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "node 'layer' (LSTM): its input [N, 3] has not three dimensions");
}
TEST(LstmRefusedShapes, OutputWhoseBatchIsNotInFront) {
  OnnxBuilder net({4, 3});
  net.Weight("w", {1, 20, 3}, Noise(60));
  net.Weight("r", {1, 20, 5}, Noise(100));
  net.Node("Transpose", {"x"}, "steps").IntList("perm", {1, 0, 2});
  net.Node("LSTM", {"steps", "w", "r"});
  ExpectRefused(net, absl::StatusCode::kUnimplemented,
                "output 'y' has the shape [4, 1, N, 5]: the batch must be in front");
}

TEST_F(LstmRefused, LengthsThatAreNoIntegers) {
  net_.Weight("lengths", {1}, {3});
  Node({"", "lengths"});
  ExpectUnsupported("sequences of different lengths");
}

}  // namespace
}  // namespace biglittle::nn::testing
