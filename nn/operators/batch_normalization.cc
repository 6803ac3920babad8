#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

// The step that remains where no convolution in front absorbs it.
class BatchNormalizationKernel final : public Kernel {
 public:
  BatchNormalizationKernel(ChannelAffine affine, std::int64_t plane)
      : affine_(std::move(affine)), plane_(plane) {
    affine_.along_last = plane == 1;
  }

  void Run(const KernelArguments& arguments) const override {
    const float* input = arguments.inputs[0];
    float* output = arguments.output;
    if (channels_last_) return RunChannelsLast(input, output, arguments.batch);
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      for (std::size_t c = 0; c < affine_.scale.size(); ++c) {
        const float scale = affine_.scale[c];
        const float shift = affine_.shift[c];
        for (std::int64_t i = 0; i < plane_; ++i) output[i] = input[i] * scale + shift;
        input += plane_;
        output += plane_;
      }
    }
  }
  bool MayOverwrite(std::size_t /*operand*/) const override { return true; }
  const ChannelAffine* AsChannelAffine() const override { return &affine_; }
  std::string Name() const override { return "batch normalisation"; }
  bool ToChannelsLast() override { return channels_last_ = true; }

 private:
  void RunChannelsLast(const float* input, float* output, std::int64_t batch) const {
    const std::size_t channels = affine_.scale.size();
    for (std::int64_t pixel = 0; pixel < batch * plane_; ++pixel) {
      for (std::size_t c = 0; c < channels; ++c) {
        *output++ = *input++ * affine_.scale[c] + affine_.shift[c];
      }
    }
  }

  ChannelAffine affine_;
  const std::int64_t plane_;
  bool channels_last_ = false;
};

// (x - mean) / sqrt(variance + epsilon) * gamma + beta, as scale and shift.
absl::StatusOr<ChannelAffine> MakeAffine(const NodeView& node, std::int64_t channels,
                                         float epsilon) {
  std::array<ConstantPtr, 4> given;  // gamma, beta, mean, variance
  for (int i = 0; i < 4; ++i) {
    absl::StatusOr<ConstantPtr> constant = node.FloatConstant(i + 1);
    if (!constant.ok()) return constant.status();
    if ((*constant)->type.dims != Dims{channels}) {
      return node.Invalid(fmt::format("input {} of shape {} must have {} numbers", i + 1,
                                      ToString((*constant)->type.dims), channels));
    }
    given[static_cast<std::size_t>(i)] = *std::move(constant);
  }
  ChannelAffine affine;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    const double variance = static_cast<double>(given[3]->floats[c]) + static_cast<double>(epsilon);
    const double scale = static_cast<double>(given[0]->floats[c]) / std::sqrt(variance);
    const double shift =
        static_cast<double>(given[1]->floats[c]) - static_cast<double>(given[2]->floats[c]) * scale;
    affine.scale.push_back(static_cast<float>(scale));
    affine.shift.push_back(static_cast<float>(shift));
    if (!std::isfinite(affine.scale[c]) || !std::isfinite(affine.shift[c])) {
      return node.Invalid(fmt::format(
          "channel {}: variance plus epsilon is {}, which gives no finite numbers", c, variance));
    }
  }
  return affine;
}

}  // namespace

absl::StatusOr<Lowered> LowerBatchNormalization(const NodeView& node) {
  absl::StatusOr<TensorType> type = node.Batched(0, 2);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const float epsilon = attributes.Float("epsilon", 1e-5F);
  attributes.Ignore("momentum");
  const bool spatial = node.opset() >= 9 || attributes.Int("spatial", 1) != 0;
  const bool training = node.opset() >= 14 && attributes.Int("training_mode", 0) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!spatial || training) {
    return node.Unsupported("only inference with statistics for each channel is possible");
  }
  absl::StatusOr<ChannelAffine> affine = MakeAffine(node, type->dims[1], epsilon);
  if (!affine.ok()) return affine.status();
  const std::int64_t plane = Product(type->dims, 2, type->rank());
  auto kernel = std::make_unique<BatchNormalizationKernel>(*std::move(affine), plane);
  return Unary(*std::move(type), std::move(kernel));
}

}  // namespace biglittle::nn
