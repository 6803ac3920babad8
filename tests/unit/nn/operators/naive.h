// Convolution and pooling written as in a textbook, to hold the engine's against. Planes only; a
// 1-D case is a plane of height 1.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {

struct Plane {
  std::int64_t samples = 1;
  std::int64_t channels = 1;
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t size() const { return samples * channels * height * width; }
};

// y and x of each.
struct Geometry {
  std::array<std::int64_t, 2> kernel = {1, 1};
  std::array<std::int64_t, 2> stride = {1, 1};
  std::array<std::int64_t, 2> dilation = {1, 1};
  std::array<std::int64_t, 4> pads = {0, 0, 0, 0};  // top, left, bottom, right
  bool ceil_mode = false;

  // The extent of the output along y (0) or x (1).
  std::int64_t Output(std::size_t axis, std::int64_t input) const;
};

// weights: [outputs, channels / groups, kernel y, kernel x]; bias: one an output, or empty.
Floats NaiveConv(const Floats& input, const Plane& plane, const Floats& weights, const Floats& bias,
                 std::int64_t outputs, std::int64_t groups, const Geometry& geometry);

// What a window holds: values inside the input, and how many positions inside input or padding.
using PoolFunction = std::function<double(const std::vector<double>& seen, std::int64_t positions)>;
Floats NaivePool(const Floats& input, const Plane& plane, const Geometry& geometry,
                 const PoolFunction& pool);

}  // namespace biglittle::nn::testing
