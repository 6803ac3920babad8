#include "nn/operators/byte_pool.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_epilogue.h"
#include "nn/operators/byte_table.h"
#include "nn/operators/pool_kernel.h"
#include "nn/operators/window_rows.h"
#include "nn/simd/bytes.h"

namespace biglittle::nn {
namespace {

// `Reduction` has kName and Pool(row, window, y, x), as those of pool_kernel.h.
template <typename Reduction>
class BytePoolKernel final : public Kernel {
 public:
  BytePoolKernel(const Window& window, std::int64_t channels, Reduction reduction)
      : window_(window), channels_(channels), reduction_(reduction) {}

  // A row of output pixels, counted over the whole batch, is an item.
  void Run(const KernelArguments& arguments) const override {
    arguments.workers->ForEach(arguments.batch * window_.y.output, [&](std::int64_t row,
                                                                       std::int64_t) {
      const std::int64_t y = row % window_.y.output;
      const std::uint8_t* const sample =
          AsBytes(arguments.inputs[0]) + row / window_.y.output * window_.inputs() * channels_;
      std::uint8_t* const output = AsBytes(arguments.output) + row * window_.x.output * channels_;
      ForEachWindowSegment(window_.x, [&](std::int64_t x, std::int64_t pixels) {
        auto part = ChannelsLastRow<simd::ByteRow>(window_, channels_, sample, y, x, pixels);
        part.output = output + x * channels_;
        reduction_.Pool(part, window_, y, x);
      });
    });
  }
  std::string Name() const override {
    return fmt::format("int8 {} {}x{}", Reduction::kName, window_.y.kernel, window_.x.kernel);
  }
  std::int64_t WindowVisits() const override {
    return channels_ * window_.outputs() * std::min(window_.y.kernel, window_.y.input) *
           std::min(window_.x.kernel, window_.x.input);
  }
  bool ReadsBytes(std::size_t /*operand*/) const override { return true; }
  bool WritesBytes() const override { return true; }
  bool PrefersChannelsLast() const override { return true; }
  bool ToChannelsLast() override { return true; }

 private:
  const Window window_;
  const std::int64_t channels_;
  const Reduction reduction_;
};

struct MaxOfBytes {
  static constexpr const char* kName = "max pool";
  ByteMap map;  // to the output's scale

  void Pool(const simd::ByteRow& row, const Window& /*window*/, std::int64_t /*y*/,
            std::int64_t /*x*/) const {
    simd::MaxOfBytes(row);
    if (map.changes()) map.Apply(row.output, row.pixels * row.channels, row.output);
  }
};

struct MeanOfBytes {
  static constexpr const char* kName = "average pool";
  MeanOfWindow mean;
  std::int32_t point = 0;
  float scale = 1.0F;
  simd::ByteRounding rounding;

  void Pool(const simd::ByteRow& row, const Window& window, std::int64_t y, std::int64_t x) const {
    simd::ByteRow part = row;
    part.pixels = 1;
    for (std::int64_t i = 0; i < row.pixels; ++i) {
      const float count = mean.Count(window, y, x + i, row.tap_rows * row.tap_columns);
      simd::SumOfBytes(part, point, scale / count, rounding);
      part.input += row.pixel_step;
      part.output += row.channels;
    }
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeByteMaxPool(const Window& window, std::int64_t channels,
                                        const ByteScale& input, const ByteTarget& output) {
  if (!output.bytes) return nullptr;
  return std::make_unique<BytePoolKernel<MaxOfBytes>>(window, channels,
                                                      MaxOfBytes{ByteMap(input, output)});
}

std::unique_ptr<Kernel> MakeByteMeanPool(const Window& window, std::int64_t channels,
                                         bool count_padding, const ByteScale& input,
                                         const ByteTarget& output) {
  constexpr std::int64_t kMostTaps = std::int64_t{1} << 22U;
  if (!output.bytes || window.taps() > kMostTaps) return nullptr;
  const ByteOutput bounds = ByteOutput::Of(output);
  const MeanOfBytes mean{{count_padding},
                         input.zero_point,
                         input.scale / output.bytes->scale,
                         {false, bounds.least, bounds.greatest, bounds.zero_point}};
  return std::make_unique<BytePoolKernel<MeanOfBytes>>(window, channels, mean);
}

}  // namespace biglittle::nn
