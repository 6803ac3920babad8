// Convolution and pooling of volumes [N, C, D, H, W]: plain loops, for they are rare.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/window.h"

namespace biglittle::nn {

// Depth, height and width.
struct VolumeWindow {
  std::array<WindowAxis, 3> axes;

  std::int64_t inputs() const { return axes[0].input * axes[1].input * axes[2].input; }
  std::int64_t outputs() const { return axes[0].output * axes[1].output * axes[2].output; }
  std::int64_t taps() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }

  // Calls visit(tap, input position) for every tap of output (z, y, x) that lies inside.
  template <typename Visit>
  void ForEachTap(std::int64_t z, std::int64_t y, std::int64_t x, Visit visit) const {
    const auto& [depth, height, width] = axes;
    for (std::int64_t kz = depth.FirstTap(z); kz < depth.LastTap(z); ++kz) {
      const std::int64_t iz = depth.Start(z) + kz * depth.dilation;
      for (std::int64_t ky = height.FirstTap(y); ky < height.LastTap(y); ++ky) {
        const std::int64_t iy = height.Start(y) + ky * height.dilation;
        for (std::int64_t kx = width.FirstTap(x); kx < width.LastTap(x); ++kx) {
          const std::int64_t ix = width.Start(x) + kx * width.dilation;
          visit((kz * height.kernel + ky) * width.kernel + kx,
                (iz * height.input + iy) * width.input + ix);
        }
      }
    }
  }
  // Calls visit(z, y, x, output position) for every output.
  template <typename Visit>
  void ForEachOutput(Visit visit) const {
    std::int64_t position = 0;
    for (std::int64_t z = 0; z < axes[0].output; ++z) {
      for (std::int64_t y = 0; y < axes[1].output; ++y) {
        for (std::int64_t x = 0; x < axes[2].output; ++x) visit(z, y, x, position++);
      }
    }
  }
};

// Conv of a volume, its groups read already.
absl::StatusOr<Lowered> LowerVolumeConv(const NodeView& node, Attributes& attributes,
                                        const TensorType& input, const ConstantPtr& weights,
                                        std::vector<float> bias, std::int64_t groups);

enum class VolumePool : std::uint8_t { kMax, kMean, kMeanWithPadding };

// MaxPool or AveragePool of a volume, its own attributes read already.
absl::StatusOr<Lowered> LowerVolumePool(const NodeView& node, Attributes& attributes,
                                        const TensorType& input, VolumePool pool,
                                        const WindowOptions& options);

}  // namespace biglittle::nn
