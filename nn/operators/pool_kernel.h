// Pooling over the pixels of [N, C, L] or [N, C, H, W], for MaxPool and AveragePool.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_pool.h"
#include "nn/operators/window.h"
#include "nn/operators/window_rows.h"
#include "nn/simd/depthwise.h"

namespace biglittle::nn {

// The largest of what a window sees.
struct MaxOfWindow {
  static constexpr const char* kName = "max pool";
  static constexpr bool kPicks = true;
  static constexpr float kStart = -std::numeric_limits<float>::infinity();
  static float Add(float sum, float x) { return std::max(sum, x); }
  float Finish(float sum, const Window& /*window*/, std::int64_t /*y*/, std::int64_t /*x*/,
               std::int64_t /*seen*/) const {
    return sum;
  }
  void Pool(const simd::WindowRow& row, const Window& /*window*/, std::int64_t /*y*/,
            std::int64_t /*x*/) const {
    simd::MaxPool(row);
  }
  std::unique_ptr<Kernel> InBytes(const Window& window, std::int64_t channels,
                                  const ByteScale& input, const ByteTarget& output) const {
    return MakeByteMaxPool(window, channels, input, output);
  }
};

// The mean of what a window sees; the padding counts as zeros if `count_padding`.
struct MeanOfWindow {
  bool count_padding = false;

  static constexpr const char* kName = "average pool";
  static constexpr bool kPicks = false;
  // In double: the sum of a long row in float loses digits.
  static constexpr double kStart = 0.0;
  static double Add(double sum, float x) { return sum + static_cast<double>(x); }
  float Finish(double sum, const Window& window, std::int64_t y, std::int64_t x,
               std::int64_t seen) const {
    return static_cast<float>(sum / static_cast<double>(Count(window, y, x, seen)));
  }
  void Pool(const simd::WindowRow& row, const Window& window, std::int64_t y,
            std::int64_t x) const {
    simd::WindowRow part = row;
    part.pixels = 1;
    for (std::int64_t i = 0; i < row.pixels; ++i) {
      simd::SumPool(part, 1.0F / Count(window, y, x + i, row.tap_rows * row.tap_columns));
      part.input += row.pixel_step;
      part.output += row.channels;
    }
  }

  std::unique_ptr<Kernel> InBytes(const Window& window, std::int64_t channels,
                                  const ByteScale& input, const ByteTarget& output) const {
    return MakeByteMeanPool(window, channels, count_padding, input, output);
  }
  // What a sum is divided by.
  float Count(const Window& window, std::int64_t y, std::int64_t x, std::int64_t seen) const {
    const std::int64_t count =
        count_padding ? Extent(window.y, y) * Extent(window.x, x) : std::max<std::int64_t>(seen, 1);
    return static_cast<float>(count);
  }

 private:
  // Taps of output o inside input and padding; the last window may reach beyond with ceil_mode.
  static std::int64_t Extent(const WindowAxis& axis, std::int64_t o) {
    const std::int64_t room = axis.input + axis.pad_end - axis.Start(o);
    return std::min(axis.kernel, (room + axis.dilation - 1) / axis.dilation);
  }
};

// The window of a global pooling over `dims` [N, C, ...]: all pixels at once.
inline Window GlobalWindow(const Dims& dims) {
  Window window;
  window.x.input = window.x.kernel = Product(dims, 2, static_cast<std::int64_t>(dims.size()));
  return window;
}

template <typename Reduction>
class PoolKernel final : public Kernel {
 public:
  PoolKernel(const Window& window, std::int64_t channels, Reduction reduction)
      : window_(window), channels_(channels), reduction_(reduction) {}

  void Run(const KernelArguments& arguments) const override {
    if (channels_last_) {
      arguments.workers->ForEach(
          arguments.batch * window_.y.output,
          [&](std::int64_t row, std::int64_t) { RunChannelsLastRow(arguments, row); });
      return;
    }
    arguments.workers->ForEach(arguments.batch * channels_, [&](std::int64_t plane, std::int64_t) {
      RunPlane(arguments, plane);
    });
  }
  std::string Name() const override {
    return Reduction::kName + (" " + std::to_string(window_.y.kernel)) + "x" +
           std::to_string(window_.x.kernel);
  }
  bool ToChannelsLast() override { return channels_last_ = true; }
  std::unique_ptr<Kernel> InBytes(std::span<const ByteScale> operands,
                                  const ByteTarget& output) const override {
    return reduction_.InBytes(window_, channels_, operands[0], output);
  }
  bool PicksElements() const override { return Reduction::kPicks; }
  std::int64_t WindowVisits() const override {
    return channels_ * window_.outputs() * std::min(window_.y.kernel, window_.y.input) *
           std::min(window_.x.kernel, window_.x.input);
  }

 private:
  void RunPlane(const KernelArguments& arguments, std::int64_t plane) const {
    const float* input = arguments.inputs[0] + plane * window_.inputs();
    float* output = arguments.output + plane * window_.outputs();
    for (std::int64_t y = 0; y < window_.y.output; ++y) {
      for (std::int64_t x = 0; x < window_.x.output; ++x) *output++ = Pool(input, y, x);
    }
  }

  float Pool(const float* plane, std::int64_t y, std::int64_t x) const {
    const std::int64_t first_y = window_.y.FirstTap(y);
    const std::int64_t last_y = window_.y.LastTap(y);
    const std::int64_t first_x = window_.x.FirstTap(x);
    const std::int64_t last_x = window_.x.LastTap(x);
    auto sum = Reduction::kStart;
    for (std::int64_t ky = first_y; ky < last_y; ++ky) {
      const float* row = plane + (window_.y.Start(y) + ky * window_.y.dilation) * window_.x.input +
                         window_.x.Start(x);
      for (std::int64_t kx = first_x; kx < last_x; ++kx) {
        sum = Reduction::Add(sum, row[kx * window_.x.dilation]);
      }
    }
    return reduction_.Finish(sum, window_, y, x, (last_y - first_y) * (last_x - first_x));
  }

  // A row of output pixels, counted over the whole batch.
  void RunChannelsLastRow(const KernelArguments& arguments, std::int64_t row) const {
    const std::int64_t y = row % window_.y.output;
    const float* sample =
        arguments.inputs[0] + row / window_.y.output * window_.inputs() * channels_;
    float* output = arguments.output + row * window_.x.output * channels_;
    ForEachWindowSegment(window_.x, [&](std::int64_t x, std::int64_t pixels) {
      simd::WindowRow part = ChannelsLastRow(window_, channels_, sample, y, x, pixels);
      part.output = output + x * channels_;
      reduction_.Pool(part, window_, y, x);
    });
  }

  const Window window_;
  const std::int64_t channels_;
  const Reduction reduction_;
  bool channels_last_ = false;
};

}  // namespace biglittle::nn
