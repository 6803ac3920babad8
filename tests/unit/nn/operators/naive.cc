#include "tests/unit/nn/operators/naive.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace biglittle::nn::testing {
namespace {

// Calls visit(y, x) for every tap of the window at (oy, ox) and says whether it lies inside.
template <typename Visit>
void ForEachTap(const Plane& plane, const Geometry& g, std::int64_t oy, std::int64_t ox,
                Visit visit) {
  for (std::int64_t ky = 0; ky < g.kernel[0]; ++ky) {
    for (std::int64_t kx = 0; kx < g.kernel[1]; ++kx) {
      const std::int64_t y = oy * g.stride[0] + ky * g.dilation[0] - g.pads[0];
      const std::int64_t x = ox * g.stride[1] + kx * g.dilation[1] - g.pads[1];
      const bool inside = y >= 0 && y < plane.height && x >= 0 && x < plane.width;
      visit(ky, kx, y, x, inside);
    }
  }
}

float At(const Floats& data, const Plane& plane, std::int64_t n, std::int64_t c, std::int64_t y,
         std::int64_t x) {
  return data[static_cast<std::size_t>(((n * plane.channels + c) * plane.height + y) * plane.width +
                                       x)];
}

}  // namespace

std::int64_t Geometry::Output(std::size_t axis, std::int64_t input) const {
  const std::int64_t extent = (kernel[axis] - 1) * dilation[axis] + 1;
  std::int64_t outputs = 0;
  // Windows are counted one by one: those that end inside the padded input, and with ceil_mode one
  // more if it starts inside the input or the padding in front.
  while (outputs * stride[axis] + extent <= input + pads[axis] + pads[axis + 2]) ++outputs;
  const std::int64_t covered = (outputs - 1) * stride[axis] + extent;
  const bool more = ceil_mode && covered < input + pads[axis] + pads[axis + 2] &&
                    outputs * stride[axis] < input + pads[axis];
  return outputs + (more ? 1 : 0);
}

Floats NaiveConv(const Floats& input, const Plane& plane, const Floats& weights, const Floats& bias,
                 std::int64_t outputs, std::int64_t groups, const Geometry& g) {
  Floats result;
  const std::int64_t depth = plane.channels / groups;
  for (std::int64_t n = 0; n < plane.samples; ++n) {
    for (std::int64_t m = 0; m < outputs; ++m) {
      const std::int64_t group = m / (outputs / groups);
      for (std::int64_t oy = 0; oy < g.Output(0, plane.height); ++oy) {
        for (std::int64_t ox = 0; ox < g.Output(1, plane.width); ++ox) {
          double sum = bias.empty() ? 0.0 : static_cast<double>(bias[static_cast<std::size_t>(m)]);
          for (std::int64_t c = 0; c < depth; ++c) {
            ForEachTap(plane, g, oy, ox, [&](auto ky, auto kx, auto y, auto x, bool inside) {
              if (!inside) return;
              const auto at = ((m * depth + c) * g.kernel[0] + ky) * g.kernel[1] + kx;
              sum += static_cast<double>(weights[static_cast<std::size_t>(at)]) *
                     static_cast<double>(At(input, plane, n, group * depth + c, y, x));
            });
          }
          result.push_back(static_cast<float>(sum));
        }
      }
    }
  }
  return result;
}

Floats NaivePool(const Floats& input, const Plane& plane, const Geometry& g,
                 const PoolFunction& pool) {
  Floats result;
  for (std::int64_t n = 0; n < plane.samples; ++n) {
    for (std::int64_t c = 0; c < plane.channels; ++c) {
      for (std::int64_t oy = 0; oy < g.Output(0, plane.height); ++oy) {
        for (std::int64_t ox = 0; ox < g.Output(1, plane.width); ++ox) {
          std::vector<double> seen;
          std::int64_t positions = 0;
          ForEachTap(plane, g, oy, ox, [&](auto, auto, auto y, auto x, bool inside) {
            if (y < plane.height + g.pads[2] && x < plane.width + g.pads[3]) ++positions;
            if (inside) seen.push_back(static_cast<double>(At(input, plane, n, c, y, x)));
          });
          result.push_back(static_cast<float>(pool(seen, positions)));
        }
      }
    }
  }
  return result;
}

}  // namespace biglittle::nn::testing
