#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "nn/kernel/aligned_floats.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_conv.h"
#include "nn/operators/window.h"
#include "nn/operators/window_rows.h"
#include "nn/simd/byte_product.h"
#include "nn/simd/bytes.h"
#include "nn/simd/quad_depthwise.h"

namespace biglittle::nn {
namespace {

// Vectors of channels; no padding is written down. As DepthwiseConv (depthwise_conv.cc).
class ByteDepthwiseConv final : public ByteConvAlgorithm {
 public:
  explicit ByteDepthwiseConv(const ByteConvParameters& p)
      : window_(p.window),
        channels_(p.output_channels),
        bias_(p.bias),
        scales_(p.scales),
        point_(p.input_point),
        point_operand_(p.point_operand) {
    rounding_ = {p.output.floats, p.output.least, p.output.greatest, p.output.zero_point};
    for (std::int64_t tap = 0; tap < window_.taps(); ++tap) {
      for (std::int64_t c = 0; c < channels_; ++c) weights_.push_back(p.weight(c, 0, tap));
    }
    if (CanUseQuads()) PackQuads();
  }

  void Run(const KernelArguments& arguments) const override {
    std::int32_t point = point_;
    if (point_operand_ != 0) {
      point += static_cast<std::int32_t>(arguments.inputs[point_operand_][0]);
    }
    arguments.workers->ForEach(
        arguments.batch * window_.y.output,
        [&](std::int64_t row, std::int64_t) { RunRow(arguments, row, point); });
  }
  std::int64_t ScratchFloats(std::int64_t /*max_batch*/, std::int64_t /*threads*/) const override {
    return 0;
  }
  std::int64_t WeightFloats() const override {
    return (quads_ ? quads_->floats() : 0) + static_cast<std::int64_t>(padding_.size()) / 4 +
           static_cast<std::int64_t>(weights_.size() + bias_.size() + scales_.size());
  }
  const char* Name() const override { return quads_ ? "depthwise in fours" : "depthwise"; }

 private:
  bool CanUseQuads() const {
    const auto fits = [](std::int32_t weight) { return weight >= -128 && weight <= 127; };
    return simd::MultipliesQuads() && point_operand_ == 0 && !rounding_.to_floats &&
           channels_ >= simd::kQuadChannels && window_.taps() <= simd::kQuadTaps &&
           std::ranges::all_of(weights_, fits);
  }

  void PackQuads() {
    std::vector<std::int32_t> start = bias_;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      auto& sum = start[i % start.size()];
      sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) -
                                      static_cast<std::uint32_t>(weights_[i] * point_));
    }
    quads_.emplace(window_.taps(), channels_, weights_, start, scales_);
    // All taps of a row have the same step.
    const std::int64_t row = ((window_.x.output - 1) * window_.x.stride + 1) * channels_;
    padding_.assign(static_cast<std::size_t>(row), static_cast<std::uint8_t>(point_));
  }

  // The row with all taps: those outside see bytes that stand for 0.
  void RunQuads(const KernelArguments& arguments, std::int64_t row) const {
    const std::int64_t y = row % window_.y.output;
    const std::uint8_t* const sample =
        AsBytes(arguments.inputs[0]) + row / window_.y.output * window_.inputs() * channels_;
    std::array<const std::uint8_t*, simd::kQuadTaps> taps;
    taps.fill(padding_.data());
    ForEachWindowSegment(window_.x, [&](std::int64_t x, std::int64_t pixels) {
      for (std::int64_t tap = 0; tap < window_.taps(); ++tap) {
        const std::int64_t ky = tap / window_.x.kernel;
        const std::int64_t kx = tap % window_.x.kernel;
        const std::int64_t from_y = window_.y.Start(y) + ky * window_.y.dilation;
        const std::int64_t from_x = window_.x.Start(x) + kx * window_.x.dilation;
        const bool inside =
            from_y >= 0 && from_y < window_.y.input && from_x >= 0 && from_x < window_.x.input;
        taps[static_cast<std::size_t>(tap)] =
            inside ? sample + (from_y * window_.x.input + from_x) * channels_ : padding_.data();
      }
      const simd::QuadRow part{
          taps.data(), window_.x.stride * channels_, pixels, channels_,
          AsBytes(arguments.output) + (row * window_.x.output + x) * channels_};
      simd::DepthwiseQuads(part, *quads_, rounding_);
    });
  }

  // A row of output pixels, counted over the whole batch.
  void RunRow(const KernelArguments& arguments, std::int64_t row, std::int32_t point) const {
    if (quads_) return RunQuads(arguments, row);
    const std::int64_t y = row % window_.y.output;
    const std::uint8_t* const sample =
        AsBytes(arguments.inputs[0]) + row / window_.y.output * window_.inputs() * channels_;
    ForEachWindowSegment(window_.x, [&](std::int64_t x, std::int64_t pixels) {
      auto part = ChannelsLastRow<simd::ByteRow>(window_, channels_, sample, y, x, pixels);
      const std::int64_t at = (row * window_.x.output + x) * channels_;
      part.output = AsBytes(arguments.output) + at;
      part.floats = arguments.output + at;
      simd::ByteDepthwise weights;
      weights.row_step = window_.x.kernel * channels_;
      weights.weights = weights_.data() + window_.y.FirstTap(y) * weights.row_step +
                        window_.x.FirstTap(x) * channels_;
      weights.bias = bias_.data();
      weights.scales = scales_.data();
      weights.input_point = point;
      weights.rounding = rounding_;
      simd::DepthwiseBytes(part, weights);
    });
  }

  const Window window_;
  const std::int64_t channels_;
  std::vector<std::int32_t> weights_;  // [taps, channels]
  const std::vector<std::int32_t> bias_;
  const std::vector<float> scales_;
  const std::int32_t point_;
  const std::size_t point_operand_;
  simd::ByteRounding rounding_;
  std::optional<simd::QuadDepthwise> quads_;
  std::vector<std::uint8_t> padding_;  // a row of bytes that stand for 0
};

}  // namespace

std::unique_ptr<ByteConvAlgorithm> MakeByteDepthwiseConv(const ByteConvParameters& parameters) {
  return std::make_unique<ByteDepthwiseConv>(parameters);
}

}  // namespace biglittle::nn
