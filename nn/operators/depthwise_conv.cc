#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "nn/kernel/activation.h"
#include "nn/kernel/aligned_floats.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/conv_algorithm.h"
#include "nn/operators/conv_parameters.h"
#include "nn/operators/window.h"
#include "nn/operators/window_rows.h"
#include "nn/simd/depthwise.h"

namespace biglittle::nn {
namespace {

class DepthwiseConv final : public ConvAlgorithm {
 public:
  explicit DepthwiseConv(const ConvParameters& p)
      : window_(p.window),
        channels_(p.output_channels),
        weights_(p.window.taps() * p.output_channels),
        bias_(p.bias),
        clamp_(p.epilogue.clamp()) {
    for (std::int64_t tap = 0; tap < window_.taps(); ++tap) {
      for (std::int64_t c = 0; c < channels_; ++c) {
        weights_.data()[tap * channels_ + c] = p.weight(c, 0, tap);
      }
    }
  }

  void Run(const KernelArguments& arguments) const override {
    const std::int64_t rows = arguments.batch * window_.y.output;
    arguments.workers->ForEach(rows,
                               [&](std::int64_t row, std::int64_t) { RunRow(arguments, row); });
  }

  std::int64_t ScratchFloats(std::int64_t /*max_batch*/, std::int64_t /*threads*/) const override {
    return 0;
  }
  std::int64_t WeightFloats() const override {
    return weights_.size() + static_cast<std::int64_t>(bias_.size());
  }
  std::string_view Name() const override { return "depthwise"; }

 private:
  // A row of output pixels, counted over the whole batch.
  void RunRow(const KernelArguments& arguments, std::int64_t row) const {
    const std::int64_t y = row % window_.y.output;
    const float* sample =
        arguments.inputs[0] + row / window_.y.output * window_.inputs() * channels_;
    ForEachWindowSegment(window_.x, [&](std::int64_t x, std::int64_t pixels) {
      const simd::WindowRow part = ChannelsLastRow(window_, channels_, sample, y, x, pixels);
      const std::int64_t at = (row * window_.x.output + x) * channels_;
      Convolve(part, y, x, arguments.output + at,
               arguments.inputs.size() > 1 ? arguments.inputs[1] + at : nullptr);
    });
  }

  void Convolve(simd::WindowRow row, std::int64_t y, std::int64_t x, float* output,
                const float* residual) const {
    row.output = output;
    simd::DepthwiseWeights weights;
    weights.row_step = window_.x.kernel * channels_;
    weights.weights = weights_.data() + window_.y.FirstTap(y) * weights.row_step +
                      window_.x.FirstTap(x) * channels_;
    weights.bias = bias_.data();
    weights.least = clamp_.least;
    weights.greatest = clamp_.greatest;
    simd::DepthwiseConvolve(row, weights, residual);
  }

  const Window window_;
  const std::int64_t channels_;
  AlignedFloats weights_;  // [taps, channels]
  const std::vector<float> bias_;
  const Clamp clamp_;
};

}  // namespace

std::unique_ptr<ConvAlgorithm> MakeDepthwiseConv(const ConvParameters& parameters) {
  return std::make_unique<DepthwiseConv>(parameters);
}

}  // namespace biglittle::nn
