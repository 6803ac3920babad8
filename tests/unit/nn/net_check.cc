#include "tests/unit/nn/net_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/model.h"

namespace biglittle::nn::testing {
namespace {

// Feeds all samples of `input`, `batch` at a time.
Floats RunAll(const Model& model, Context& context, const Floats& input, std::int64_t batch) {
  const std::int64_t elements = model.input().elements;
  const std::int64_t samples = static_cast<std::int64_t>(input.size()) / elements;
  EXPECT_EQ(samples * elements, static_cast<std::int64_t>(input.size()));
  Floats answers;
  for (std::int64_t first = 0; first < samples; first += batch) {
    const std::int64_t count = std::min(batch, samples - first);
    std::copy_n(input.begin() + first * elements, count * elements, context.input(count).begin());
    context.Invoke(count);
    const auto output = context.output(count);
    answers.insert(answers.end(), output.begin(), output.end());
  }
  return answers;
}

void ExpectNear(const Floats& actual, const Floats& expected, float tolerance,
                const std::string& how) {
  ASSERT_EQ(actual.size(), expected.size()) << how;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(actual[i], expected[i], tolerance * (1.0F + std::fabs(expected[i])))
        << how << ", element " << i;
  }
}

}  // namespace

OnnxBuilder SoundNet() {
  OnnxBuilder net({4});
  net.Weight("w", {4, 3}, Noise(12));
  net.Weight("b", {3}, Noise(3));
  net.Node("Gemm", {"x", "w", "b"}, "h").Named("fc");
  net.Node("Relu", {"h"}).Named("act");
  return net;
}

absl::StatusOr<Model> Parse(const std::string& bytes, const LoadLimits& limits) {
  return Model::Parse(std::as_bytes(std::span(bytes)), "test.onnx", limits);
}

absl::StatusOr<Model> Parse(const OnnxBuilder& builder) { return Parse(builder.Bytes()); }

Floats Answers(const OnnxBuilder& builder, const Floats& input, std::int64_t batch) {
  const absl::StatusOr<Model> model = Parse(builder);
  if (!model.ok()) {
    ADD_FAILURE() << model.status();
    return {};
  }
  absl::StatusOr<Context> context = model->Prepare({.max_batch = batch});
  if (!context.ok()) {
    ADD_FAILURE() << context.status();
    return {};
  }
  return RunAll(*model, *context, input, batch);
}

void ExpectOutput(const OnnxBuilder& builder, const Floats& input, const Ints& shape,
                  const Floats& expected, float tolerance) {
  const absl::StatusOr<Model> model = Parse(builder);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->output().shape, shape);
  const std::int64_t samples = static_cast<std::int64_t>(input.size()) / model->input().elements;
  auto all = model->Prepare({.max_batch = samples});
  auto one = model->Prepare({.max_batch = 1});
  auto large = model->Prepare({.max_batch = samples + 3});
  ASSERT_TRUE(all.ok() && one.ok() && large.ok());
  ExpectNear(RunAll(*model, *all, input, samples), expected, tolerance, "all at once");
  ExpectNear(RunAll(*model, *one, input, 1), expected, tolerance, "one by one");
  ExpectNear(RunAll(*model, *large, input, samples), expected, tolerance, "in a large context");
  ExpectNear(RunAll(*model, *large, input, samples), expected, tolerance, "a second time");
}

void ExpectFixedOutput(OnnxBuilder builder, const Ints& dims, const Floats& input,
                       const Ints& shape, const Floats& expected, float tolerance) {
  onnx::TensorShapeProto& declared = *builder.input_type().mutable_shape();
  declared.clear_dim();
  for (const std::int64_t extent : dims) declared.add_dim()->set_dim_value(extent);
  const std::string bytes = builder.Bytes();
  const absl::StatusOr<Model> model =
      Model::Parse(std::as_bytes(std::span(bytes)), "test.onnx", LoadLimits{}, Shapes::kFixed);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->input().shape, dims);
  EXPECT_EQ(model->output().shape, shape);
  auto context = model->Prepare({.max_batch = 1});
  ASSERT_TRUE(context.ok()) << context.status();
  ExpectNear(RunAll(*model, *context, input, 1), expected, tolerance, "fixed");
  ExpectNear(RunAll(*model, *context, input, 1), expected, tolerance, "a second time");
}

void ExpectRefused(const OnnxBuilder& builder, absl::StatusCode code, const std::string& reason) {
  ExpectRefused(builder.Bytes(), code, reason);
}

void ExpectRefused(const std::string& bytes, absl::StatusCode code, const std::string& reason,
                   const LoadLimits& limits) {
  // Not one by one: why the samples of a batch cannot be computed together is told as well.
  const absl::StatusOr<Model> model =
      Model::Parse(std::as_bytes(std::span(bytes)), "test.onnx", limits, Shapes::kTogether);
  ASSERT_FALSE(model.ok()) << "expected: " << reason;
  const std::string message(model.status().message());
  EXPECT_EQ(model.status().code(), code) << message;
  EXPECT_THAT(message, ::testing::StartsWith("test.onnx: "));
  EXPECT_THAT(message, ::testing::HasSubstr(reason));
  EXPECT_THAT(message, ::testing::Not(::testing::HasSubstr("\n")));
}

std::vector<std::string> KernelsOf(const OnnxBuilder& net) {
  std::vector<std::string> kernels;
  const auto model = Parse(net);
  EXPECT_TRUE(model.ok()) << model.status();
  if (!model.ok()) return kernels;
  for (const StepInfo& step : model->info().steps) kernels.push_back(step.kernel);
  return kernels;
}

Floats Noise(std::int64_t count, std::uint64_t seed) {
  Floats values;
  std::uint64_t state = seed * 0x9E3779B97F4A7C15U;
  for (std::int64_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    values.push_back(static_cast<float>(state >> 40U) / 8388608.0F - 1.0F);
  }
  return values;
}

Floats Ramp(std::int64_t count, float first, float step) {
  Floats values;
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(first + step * static_cast<float>(i));
  }
  return values;
}

}  // namespace biglittle::nn::testing
