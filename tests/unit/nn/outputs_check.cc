#include "tests/unit/nn/outputs_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "nn/model.h"
#include "tests/unit/nn/feature_map.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/operators/naive.h"

namespace biglittle::nn::testing {

OnnxBuilder ConvAndRelu() {
  OnnxBuilder net({1, 2});
  net.Node("Conv", {"x", net.Weight("w", {2, 1, 1}, {2, -1}), net.Weight("b", {2}, {1, 0})}, "c");
  net.Node("Relu", {"c"});
  return net;
}

OnnxBuilder EarlyExit() {
  const Geometry three{.kernel = {3, 3}, .pads = {1, 1, 1, 1}};
  OnnxBuilder net({3, 6, 5});
  AddConvolution(net, NoiseConvolution(3, 8, 1, three, 1), "x", "trunk");
  net.Node("Relu", {"trunk"}, "r");
  AddConvolution(net, NoiseConvolution(8, 4, 1, three, 2), "r", "rest");
  net.Node("Flatten", {"rest"}, "f");
  net.Node("Gemm", {"f", net.Weight("k", {120, 7}, Noise(120 * 7, 3))});
  net.Node("GlobalAveragePool", {"r"}, "g");
  net.Node("Reshape", {"g", net.List("row", {0, 8})}, "row.g");
  net.Node("Gemm", {"row.g", net.Weight("m", {8, 2}, Noise(16, 4))}, "exit");
  SetOutputs(net, {"exit", "y"});
  return net;
}

void SetOutputs(OnnxBuilder& net, const std::vector<std::string>& names) {
  net.graph().clear_output();
  for (const std::string& name : names) net.graph().add_output()->set_name(name);
}

Floats Copy(std::span<const float> values) { return {values.begin(), values.end()}; }

std::span<const float> Sample(const Floats& all, std::int64_t elements, std::int64_t i) {
  return std::span(all).subspan(static_cast<std::size_t>(i * elements),
                                static_cast<std::size_t>(elements));
}

std::vector<Floats> InvokeAll(const Model& model, Context& context, const Floats& input) {
  const std::int64_t batch = std::ssize(input) / model.input().elements;
  std::ranges::copy(input, context.input(batch).begin());
  context.Invoke(batch);
  std::ranges::fill(context.input(batch), -77.0F);  // nobody's memory but the input's
  std::vector<Floats> outputs;
  for (std::int64_t i = 0; i < std::ssize(model.outputs()); ++i) {
    outputs.push_back(Copy(context.output(batch, i)));
  }
  EXPECT_EQ(Copy(context.output(batch)), outputs.back());
  return outputs;
}

std::vector<Floats> EachAlone(const OnnxBuilder& net, const Model& model, const Floats& input) {
  std::vector<Floats> outputs;
  for (const Port& port : model.outputs()) {
    OnnxBuilder alone = net;
    SetOutputs(alone, {port.name});
    outputs.push_back(Answers(alone, input, 1));
  }
  return outputs;
}

void ExpectNear(const std::vector<Floats>& actual, const std::vector<Floats>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(actual[i].size(), expected[i].size()) << "output " << i;
    for (std::size_t j = 0; j < expected[i].size(); ++j) {
      ASSERT_NEAR(actual[i][j], expected[i][j], 1e-4F * (1.0F + std::fabs(expected[i][j])))
          << "output " << i << ", element " << j;
    }
  }
}

void ExpectSameStepByStep(const Model& model, Context& context, const Floats& input,
                          const std::vector<Floats>& whole) {
  const std::int64_t elements = model.input().elements;
  for (std::int64_t n = 0; n < std::ssize(input) / elements; ++n) {
    std::ranges::copy(Sample(input, elements, n), context.input(1).begin());
    for (std::int64_t last = 0; last < std::ssize(model.outputs()); ++last) {
      context.InvokeUpTo(last);
      for (std::int64_t i = 0; i <= last; ++i) {  // the earlier ones stay
        const auto which = static_cast<std::size_t>(i);
        EXPECT_EQ(Copy(context.output(1, i)),
                  Copy(Sample(whole[which], model.outputs()[which].elements, n)))
            << "sample " << n << ", output " << i << " after " << last;
      }
    }
  }
}

void ExpectOutputsAsAlone(const OnnxBuilder& net) {
  const auto model = Parse(net);
  ASSERT_TRUE(model.ok()) << model.status();
  const Floats input = Noise(3 * model->input().elements, 99);
  const std::vector<Floats> expected = EachAlone(net, *model, input);
  for (const std::int64_t max_batch : {3, 40}) {
    for (const std::int64_t threads : {1, 2}) {
      auto context = model->Prepare({.max_batch = max_batch, .threads = threads});
      ASSERT_TRUE(context.ok()) << context.status();
      const std::vector<Floats> whole = InvokeAll(*model, *context, input);
      ExpectNear(whole, expected);
      ExpectSameStepByStep(*model, *context, input, whole);
      EXPECT_EQ(InvokeAll(*model, *context, input), whole);
    }
  }
}

}  // namespace biglittle::nn::testing
