// Where a convolution or pooling looks: kernel, strides, dilations and padding of one axis, and of
// a plane. One-dimensional nets are planes of height 1.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// Output o, tap k looks at input o * stride + k * dilation - pad, which may lie outside.
struct WindowAxis {
  std::int64_t input = 1;
  std::int64_t output = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_begin = 0;
  std::int64_t pad_end = 0;

  // The input position of tap 0 for output o.
  std::int64_t Start(std::int64_t o) const { return o * stride - pad_begin; }
  // Taps [first, last) of output o lie inside the input.
  std::int64_t FirstTap(std::int64_t o) const;
  std::int64_t LastTap(std::int64_t o) const;
  // Outputs [first, last) for which tap k lies inside the input.
  std::int64_t FirstOutput(std::int64_t k) const;
  std::int64_t LastOutput(std::int64_t k) const;
};

struct Window {
  WindowAxis y;
  WindowAxis x;

  std::int64_t inputs() const { return y.input * x.input; }
  std::int64_t outputs() const { return y.output * x.output; }
  std::int64_t taps() const { return y.kernel * x.kernel; }
};

struct WindowOptions {
  bool dilations = true;          // the operator has that attribute
  bool ceil_mode = false;         // round the output size up
  bool pad_below_kernel = false;  // refuse windows that could see nothing but padding
};

// Reads kernel_shape, strides, dilations, pads and auto_pad for an input [N, C, L] or [N, C, H, W].
// `kernel` is the kernel's shape where the weights give it; else empty, and the attribute must be
// there. To be called after the operator has read its other attributes: calls Done().
absl::StatusOr<Window> ReadWindow(const NodeView& node, Attributes& attributes, const Dims& input,
                                  const std::vector<std::int64_t>& kernel,
                                  const WindowOptions& options);

// The same for an input [N, C, ...] of any rank: one axis for each of the dimensions behind C.
absl::StatusOr<std::vector<WindowAxis>> ReadWindowAxes(const NodeView& node, Attributes& attributes,
                                                       const Dims& input,
                                                       const std::vector<std::int64_t>& kernel,
                                                       const WindowOptions& options);

// [N, channels, L] or [N, channels, H, W], of `rank` dimensions.
Dims OutputDims(const Window& window, std::int64_t channels, std::int64_t rank);

}  // namespace biglittle::nn
