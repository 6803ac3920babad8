// Whole nets against PyTorch: goldens/ is written by make_goldens.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "nn/model.h"

namespace biglittle::nn {
namespace {

const std::filesystem::path kGoldens =
    std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "tests/unit/nn/goldens";

std::vector<float> ReadFloats(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<float> floats(static_cast<std::size_t>(std::filesystem::file_size(path)) /
                            sizeof(float));
  file.read(reinterpret_cast<char*>(floats.data()),
            static_cast<std::streamsize>(floats.size() * sizeof(float)));
  EXPECT_TRUE(file.good()) << path;
  return floats;
}

class Golden : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    input_ = ReadFloats(kGoldens / (GetParam() + ".input.f32"));
    expected_ = ReadFloats(kGoldens / (GetParam() + ".output.f32"));
  }

  // Feeds all samples in batches of `batch` and compares with PyTorch's answers.
  void ExpectAgreement(std::int64_t batch) {
    const auto model = Model::Load(kGoldens / (GetParam() + ".onnx"));
    ASSERT_TRUE(model.ok()) << model.status();
    auto context = model->Prepare({.max_batch = batch});
    ASSERT_TRUE(context.ok()) << context.status();
    const auto samples = static_cast<std::int64_t>(input_.size()) / model->input().elements;
    ASSERT_EQ(samples * model->output().elements, static_cast<std::int64_t>(expected_.size()));
    for (std::int64_t first = 0; first < samples; first += batch) {
      const std::int64_t count = std::min(batch, samples - first);
      std::copy_n(input_.begin() + first * model->input().elements, count * model->input().elements,
                  context->input(count).begin());
      context->Invoke(count);
      const auto output = context->output(count);
      for (std::size_t i = 0; i < output.size(); ++i) {
        const float expected =
            expected_[static_cast<std::size_t>(first * model->output().elements) + i];
        ASSERT_NEAR(output[i], expected, 2e-5F * (1.0F + std::fabs(expected)))
            << "sample " << first << ", element " << i;
      }
    }
  }

  std::vector<float> input_;
  std::vector<float> expected_;
};

TEST_P(Golden, AgreesOneByOne) { ExpectAgreement(1); }
TEST_P(Golden, AgreesInBatches) { ExpectAgreement(2); }
TEST_P(Golden, AgreesAllAtOnce) { ExpectAgreement(5); }

INSTANTIATE_TEST_SUITE_P(Nets, Golden,
                         testing::Values("time_series_net", "image_net", "mixed_net", "padded_net",
                                         "computed_pads_net", "token_net", "token_net_17"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace biglittle::nn
