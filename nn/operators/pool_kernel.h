// Pooling over the planes of [N, C, L] or [N, C, H, W], for MaxPool and AveragePool.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "nn/kernel.h"
#include "nn/operators/window.h"

namespace biglittle::nn {

// The largest of what a window sees.
struct MaxOfWindow {
  static constexpr float kStart = -std::numeric_limits<float>::infinity();
  static float Add(float sum, float x) { return std::max(sum, x); }
  float Finish(float sum, const Window& /*window*/, std::int64_t /*y*/, std::int64_t /*x*/,
               std::int64_t /*seen*/) const {
    return sum;
  }
};

// The mean of what a window sees; the padding counts as zeros if `count_padding`.
struct MeanOfWindow {
  bool count_padding = false;

  static constexpr float kStart = 0.0F;
  static float Add(float sum, float x) { return sum + x; }
  float Finish(float sum, const Window& window, std::int64_t y, std::int64_t x,
               std::int64_t seen) const {
    const std::int64_t count =
        count_padding ? Extent(window.y, y) * Extent(window.x, x) : std::max<std::int64_t>(seen, 1);
    return sum / static_cast<float>(count);
  }

 private:
  // Taps of output o inside input and padding; the last window may reach beyond with ceil_mode.
  static std::int64_t Extent(const WindowAxis& axis, std::int64_t o) {
    return std::min(axis.kernel, axis.input + axis.pad_end - axis.Start(o));
  }
};

template <typename Reduction>
class PoolKernel final : public Kernel {
 public:
  PoolKernel(const Window& window, std::int64_t channels, Reduction reduction)
      : window_(window), channels_(channels), reduction_(reduction) {}

  void Run(const KernelArguments& arguments) const override {
    const float* input = arguments.inputs[0];
    float* output = arguments.output;
    for (std::int64_t plane = 0; plane < arguments.batch * channels_; ++plane) {
      for (std::int64_t y = 0; y < window_.y.output; ++y) {
        for (std::int64_t x = 0; x < window_.x.output; ++x) *output++ = Pool(input, y, x);
      }
      input += window_.inputs();
    }
  }

 private:
  float Pool(const float* plane, std::int64_t y, std::int64_t x) const {
    const std::int64_t first_y = window_.y.FirstTap(y);
    const std::int64_t last_y = window_.y.LastTap(y);
    const std::int64_t first_x = window_.x.FirstTap(x);
    const std::int64_t last_x = window_.x.LastTap(x);
    float sum = Reduction::kStart;
    for (std::int64_t ky = first_y; ky < last_y; ++ky) {
      const float* row = plane + (window_.y.Start(y) + ky * window_.y.dilation) * window_.x.input +
                         window_.x.Start(x);
      for (std::int64_t kx = first_x; kx < last_x; ++kx) {
        sum = Reduction::Add(sum, row[kx * window_.x.dilation]);
      }
    }
    return reduction_.Finish(sum, window_, y, x, (last_y - first_y) * (last_x - first_x));
  }

  const Window window_;
  const std::int64_t channels_;
  const Reduction reduction_;
};

}  // namespace biglittle::nn
