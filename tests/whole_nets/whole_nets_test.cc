// Nets as PyTorch exports them, against what PyTorch answers. export_nets.py writes the files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "device_agent/sources/replay/data_file.h"
#include "nn/model.h"

namespace biglittle {
namespace {

constexpr std::int64_t kSamples = 2;

class WholeNetsTest : public testing::TestWithParam<const char*> {
 protected:
  static std::filesystem::path File(const std::string& suffix) {
    return std::filesystem::path(BIGLITTLE_WHOLE_NETS) / (GetParam() + suffix);
  }
  static std::vector<float> Floats(const std::string& suffix) {
    const auto array = LoadDataFile(File(suffix));
    EXPECT_TRUE(array.ok()) << array.status();
    if (!array.ok() || array->type != ElementType::kFloat32) return {};
    std::vector<float> values(array->data.size() / sizeof(float));
    std::memcpy(values.data(), array->data.data(), array->data.size());
    return values;
  }
};

std::ptrdiff_t Winner(std::span<const float> logits) {
  return std::ranges::max_element(logits) - logits.begin();
}

// Within a thousandth of the largest logit, and of the same opinion.
void ExpectSame(std::span<const float> logits, std::span<const float> expected) {
  ASSERT_EQ(logits.size(), expected.size());
  float largest = 0.0F;
  float difference = 0.0F;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    ASSERT_TRUE(std::isfinite(logits[i])) << i;
    largest = std::max(largest, std::abs(expected[i]));
    difference = std::max(difference, std::abs(logits[i] - expected[i]));
  }
  EXPECT_LE(difference / largest, 1e-3F);
  EXPECT_EQ(Winner(logits), Winner(expected));
}

// Computes the samples of `input`, `batch` at a time.
void ExpectAnswers(const nn::Model& model, std::int64_t batch, std::span<const float> input,
                   std::span<const float> expected) {
  auto context = model.Prepare({.max_batch = batch});
  ASSERT_TRUE(context.ok()) << context.status();
  const std::size_t in = context->input(batch).size();
  const std::size_t out = context->output(batch).size();
  for (std::int64_t done = 0; done < kSamples; done += batch) {
    std::ranges::copy(input.first(in), context->input(batch).begin());
    context->Invoke(batch);
    const auto logits = context->output(batch);
    for (std::int64_t i = 0; i < batch; ++i) {
      const std::size_t size = out / static_cast<std::size_t>(batch);
      ExpectSame(logits.subspan(static_cast<std::size_t>(i) * size, size), expected.first(size));
      expected = expected.subspan(size);
    }
    input = input.subspan(in);
  }
}

TEST_P(WholeNetsTest, AnswersAsPyTorchDoes) {
  if (!std::filesystem::exists(File(".stamp"))) {
    GTEST_SKIP() << File(".onnx") << " was not exported: install python3-torch and "
                 << "python3-torchvision, then run tests/whole_nets/export_nets.py";
  }
  const auto model = nn::Model::Load(File(".onnx"));
  ASSERT_TRUE(model.ok()) << model.status();
  const std::vector<float> input = Floats(".input.npy");
  const std::vector<float> expected = Floats(".logits.npy");
  ASSERT_EQ(input.size(), static_cast<std::size_t>(kSamples * model->input().elements));
  ASSERT_EQ(expected.size(), static_cast<std::size_t>(kSamples * model->output().elements));
  for (const std::int64_t batch : {1, 2}) {
    SCOPED_TRACE(batch);
    ExpectAnswers(*model, batch, input, expected);
  }
}

// How alike two lists are: 1 for the same direction.
double Likeness(std::span<const float> a, std::span<const float> b) {
  double product = 0.0, of_a = 0.0, of_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    of_a += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    of_b += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return product / std::sqrt(of_a * of_b);
}

std::vector<float> Answers(const nn::Model& model, std::int64_t threads,
                           std::span<const float> input) {
  auto context = model.Prepare({.max_batch = kSamples, .threads = threads});
  EXPECT_TRUE(context.ok()) << context.status();
  if (!context.ok()) return {};
  std::ranges::copy(input, context->input(kSamples).begin());
  context->Invoke(kSamples);
  const auto output = context->output(kSamples);
  return {output.begin(), output.end()};
}

// quantise_nets.py writes them. Rounding to 8 bits moves the answers of random weights by a few
// hundredths, MobileNet's by more.
class QuantisedNetsTest : public WholeNetsTest {};

TEST_P(QuantisedNetsTest, ComputesInBytesNearTheFloats) {
  for (const std::string form : {"-qdq", "-qlinear"}) {
    SCOPED_TRACE(form);
    if (!std::filesystem::exists(File(form + ".onnx"))) {
      GTEST_SKIP() << File(form + ".onnx") << " was not written: install python3-torch, "
                   << "python3-torchvision and python3-onnx, then run "
                   << "tests/whole_nets/export_nets.py and quantise_nets.py";
    }
    const auto model = nn::Model::Load(File(form + ".onnx"));
    ASSERT_TRUE(model.ok()) << model.status();
    for (const nn::StepInfo& step : model->info().steps) {
      const bool ends = step.kernel == "to int8" || step.kernel == "from int8";
      EXPECT_TRUE(ends || step.kernel.starts_with("int8 ")) << step.node << ": " << step.kernel;
    }
    const std::vector<float> input = Floats(".input.npy");
    const std::vector<float> floats = Floats(".logits.npy");
    const std::vector<float> answers = Answers(*model, 1, input);
    ASSERT_EQ(answers.size(), floats.size());
    EXPECT_GT(Likeness(answers, floats), 0.95);
    EXPECT_EQ(Answers(*model, 2, input), answers);
  }
}

const auto kName = [](const auto& tested) { return std::string(tested.param); };
INSTANTIATE_TEST_SUITE_P(Torchvision, WholeNetsTest,
                         testing::Values("alexnet", "squeezenet1_1", "mobilenet_v2", "resnet18",
                                         "vgg11", "googlenet"),
                         kName);
INSTANTIATE_TEST_SUITE_P(Torchvision, QuantisedNetsTest,
                         testing::Values("alexnet", "squeezenet1_1", "mobilenet_v2", "resnet18"),
                         kName);
INSTANTIATE_TEST_SUITE_P(Idioms, WholeNetsTest,
                         testing::Values("mean_over_image", "view_to_rows", "branches",
                                         "depthwise_conv1d", "attention", "squeeze_excite", "gelu",
                                         "layer_norm", "pad", "lstm", "lstm_two_ways", "gru",
                                         "lstm64", "one_relu"),
                         kName);

}  // namespace
}  // namespace biglittle
