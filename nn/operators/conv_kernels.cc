#include "nn/operators/conv_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "nn/activation.h"
#include "nn/blas.h"
#include "nn/graph.h"
#include "nn/kernel.h"
#include "nn/operators/window.h"

namespace biglittle::nn {
namespace {

// Outputs [first, first + count) of a plane, row-major, cut where a row of the plane ends.
// `segment` gets (y, x, length, offset of the segment within the range).
template <typename Segment>
void ForEachRowSegment(const Window& window, std::int64_t first, std::int64_t count,
                       Segment segment) {
  std::int64_t done = 0;
  while (done < count) {
    const std::int64_t y = (first + done) / window.x.output;
    const std::int64_t x = (first + done) % window.x.output;
    const std::int64_t length = std::min(window.x.output - x, count - done);
    segment(y, x, length, done);
    done += length;
  }
}

// What tap kx sees from outputs [x, x + length) of one row; nothing but zeros if `row` is nullptr.
void CopyTapRow(const WindowAxis& axis, const float* row, std::int64_t kx, std::int64_t x,
                std::int64_t length, float* column) {
  const std::int64_t last = row == nullptr ? x : std::clamp(axis.LastOutput(kx), x, x + length);
  const std::int64_t first = std::clamp(axis.FirstOutput(kx), x, last);
  std::fill(column, column + (first - x), 0.0F);
  const std::int64_t shift = kx * axis.dilation - axis.pad_begin;
  if (axis.stride == 1) {
    if (first < last) std::copy(row + first + shift, row + last + shift, column + (first - x));
  } else {
    for (std::int64_t o = first; o < last; ++o) column[o - x] = row[o * axis.stride + shift];
  }
  std::fill(column + (last - x), column + length, 0.0F);
}

// The matrix [channels * taps, count] of what outputs [first, first + count) see.
void Im2Col(const Window& window, const float* input, std::int64_t channels, std::int64_t first,
            std::int64_t count, float* columns) {
  for (std::int64_t c = 0; c < channels; ++c) {
    const float* plane = input + c * window.inputs();
    for (std::int64_t ky = 0; ky < window.y.kernel; ++ky) {
      for (std::int64_t kx = 0; kx < window.x.kernel; ++kx, columns += count) {
        ForEachRowSegment(
            window, first, count,
            [&](std::int64_t y, std::int64_t x, std::int64_t length, std::int64_t offset) {
              const std::int64_t row = window.y.Start(y) + ky * window.y.dilation;
              const bool inside = row >= 0 && row < window.y.input;
              CopyTapRow(window.x, inside ? plane + row * window.x.input : nullptr, kx, x, length,
                         columns + offset);
            });
      }
    }
  }
}

}  // namespace

std::int64_t ConvKernel::MultiplyAdds() const {
  return parameters_.output_channels * parameters_.window.outputs() * parameters_.depth();
}

void ConvKernel::Finish(std::int64_t output_channel, float* output, std::int64_t count) const {
  Apply(parameters_.activation, parameters_.bias[static_cast<std::size_t>(output_channel)], output,
        output, count);
}

bool ConvKernel::Absorb(const Kernel& next) {
  if (parameters_.activation.kind != ActivationKind::kNone) return false;
  if (const ChannelAffine* affine = next.AsChannelAffine()) return AbsorbAffine(*affine);
  const std::optional<Activation> activation = next.AsActivation();
  if (!activation.has_value()) return false;
  parameters_.activation = *activation;
  return true;
}

bool ConvKernel::AbsorbAffine(const ChannelAffine& affine) {
  auto scaled = std::make_shared<Constant>(*parameters_.weights);
  auto bias = parameters_.bias;
  const auto depth = static_cast<std::size_t>(parameters_.depth());
  bool finite = true;
  for (std::size_t m = 0; m < bias.size(); ++m) {
    for (std::size_t i = m * depth; i < (m + 1) * depth; ++i) {
      scaled->floats[i] *= affine.scale[m];
      finite = finite && std::isfinite(scaled->floats[i]);
    }
    bias[m] = bias[m] * affine.scale[m] + affine.shift[m];
    finite = finite && std::isfinite(bias[m]);
  }
  if (!finite) return false;
  parameters_.weights = std::move(scaled);
  parameters_.bias = std::move(bias);
  return true;
}

void PointwiseConvKernel::Run(const KernelArguments& arguments) const {
  const ConvParameters& p = parameters();
  const std::int64_t plane = p.window.outputs();
  const float* input = arguments.inputs[0];
  float* output = arguments.output;
  for (std::int64_t i = 0; i < arguments.batch * p.groups; ++i) {
    const std::int64_t first = i % p.groups * p.group_outputs();
    MatrixProduct(p.group_outputs(), plane, p.group_inputs(), 1.0F,
                  {weights(first), p.group_inputs(), false}, {input, plane, false}, 0.0F, output,
                  plane);
    for (std::int64_t m = 0; m < p.group_outputs(); ++m) {
      Finish(first + m, output + m * plane, plane);
    }
    input += p.group_inputs() * plane;
    output += p.group_outputs() * plane;
  }
}

std::int64_t Im2ColConvKernel::TileOutputs() const {
  constexpr std::int64_t kTileFloats =
      std::int64_t{96} * 1024;                // 384 KiB: inside the second-level cache
  constexpr std::int64_t kLeastOutputs = 16;  // less is no longer a matrix product
  const std::int64_t fitting = std::max(kLeastOutputs, kTileFloats / parameters().depth());
  return std::min(fitting, parameters().window.outputs());
}

std::int64_t Im2ColConvKernel::ScratchFloats(std::int64_t /*max_batch*/) const {
  return parameters().depth() * TileOutputs();
}

void Im2ColConvKernel::Run(const KernelArguments& arguments) const {
  const ConvParameters& p = parameters();
  const std::int64_t plane = p.window.outputs();
  const std::int64_t tile = TileOutputs();
  const float* input = arguments.inputs[0];
  float* output = arguments.output;
  for (std::int64_t i = 0; i < arguments.batch * p.groups; ++i) {
    const std::int64_t first_channel = i % p.groups * p.group_outputs();
    for (std::int64_t first = 0; first < plane; first += tile) {
      const std::int64_t count = std::min(tile, plane - first);
      Im2Col(p.window, input, p.group_inputs(), first, count, arguments.scratch);
      MatrixProduct(p.group_outputs(), count, p.depth(), 1.0F,
                    {weights(first_channel), p.depth(), false}, {arguments.scratch, count, false},
                    0.0F, output + first, plane);
      for (std::int64_t m = 0; m < p.group_outputs(); ++m) {
        Finish(first_channel + m, output + m * plane + first, count);
      }
    }
    input += p.group_inputs() * p.window.inputs();
    output += p.group_outputs() * plane;
  }
}

void DepthwiseConvKernel::RunPlane(const float* input, const float* weights, float* output) const {
  const Window& window = parameters().window;
  std::fill(output, output + window.outputs(), 0.0F);
  for (std::int64_t y = 0; y < window.y.output; ++y) {
    float* row = output + y * window.x.output;
    for (std::int64_t ky = window.y.FirstTap(y); ky < window.y.LastTap(y); ++ky) {
      const float* source = input + (window.y.Start(y) + ky * window.y.dilation) * window.x.input;
      for (std::int64_t kx = 0; kx < window.x.kernel; ++kx) {
        const float weight = weights[ky * window.x.kernel + kx];
        const std::int64_t shift = kx * window.x.dilation - window.x.pad_begin;
        const std::int64_t stride = window.x.stride;
        const std::int64_t last = window.x.LastOutput(kx);
        for (std::int64_t x = window.x.FirstOutput(kx); x < last; ++x) {
          row[x] += weight * source[x * stride + shift];
        }
      }
    }
  }
}

void DepthwiseConvKernel::Run(const KernelArguments& arguments) const {
  const ConvParameters& p = parameters();
  const std::int64_t plane = p.window.outputs();
  float* output = arguments.output;
  for (std::int64_t n = 0; n < arguments.batch; ++n) {
    const float* sample = arguments.inputs[0] + n * p.input_channels * p.window.inputs();
    for (std::int64_t m = 0; m < p.output_channels; ++m, output += plane) {
      RunPlane(sample + m / p.group_outputs() * p.window.inputs(), weights(m), output);
      Finish(m, output, plane);
    }
  }
}

}  // namespace biglittle::nn
