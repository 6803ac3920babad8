#include "nn/operators/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {
namespace {

// Larger strides, kernels or pads than this mean nothing, and smaller ones cannot overflow.
constexpr std::int64_t kMaxExtent = 1 << 24;

std::int64_t CeilDivide(std::int64_t a, std::int64_t b) {  // b > 0
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

bool AllWithin(const std::vector<std::int64_t>& values, std::size_t size, std::int64_t least) {
  return values.size() == size && std::ranges::all_of(values, [least](std::int64_t value) {
           return value >= least && value <= kMaxExtent;
         });
}

// SAME: as many outputs as inputs / stride, rounded up; the odd pad goes to the named side.
void PadSame(WindowAxis& axis, bool odd_pad_first) {
  const std::int64_t outputs = CeilDivide(axis.input, axis.stride);
  const std::int64_t extent = (axis.kernel - 1) * axis.dilation + 1;
  const std::int64_t total =
      std::max<std::int64_t>(0, (outputs - 1) * axis.stride + extent - axis.input);
  axis.pad_begin = odd_pad_first ? total - total / 2 : total / 2;
  axis.pad_end = total - axis.pad_begin;
}

absl::Status Complete(const NodeView& node, const WindowOptions& options, WindowAxis& axis) {
  const std::int64_t extent = (axis.kernel - 1) * axis.dilation + 1;
  const std::int64_t room = axis.input + axis.pad_begin + axis.pad_end - extent;
  if (room < 0) {
    return node.Invalid(
        fmt::format("a kernel of extent {} does not fit into {} inputs with pads {} and {}", extent,
                    axis.input, axis.pad_begin, axis.pad_end));
  }
  if (options.pad_below_kernel && std::max(axis.pad_begin, axis.pad_end) >= extent) {
    return node.Invalid(fmt::format("pads {} and {} must be smaller than the kernel's extent {}",
                                    axis.pad_begin, axis.pad_end, extent));
  }
  axis.output = room / axis.stride + 1;
  // A window that starts behind the input and its first pad is dropped, as in PyTorch: it would see
  // nothing (https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html, ceil_mode).
  if (options.ceil_mode && room % axis.stride != 0 &&
      axis.output * axis.stride < axis.input + axis.pad_begin) {
    ++axis.output;
  }
  // Taps that are far apart can step over the input.
  const auto blind = [&axis](std::int64_t o) { return axis.FirstTap(o) >= axis.LastTap(o); };
  for (std::int64_t o = 0; options.pad_below_kernel && o < axis.output; ++o) {
    if (blind(o)) return node.Invalid(fmt::format("the window of output {} sees only padding", o));
  }
  return absl::OkStatus();
}

// The attributes as they are in the file.
struct Given {
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> dilations;
  std::vector<std::int64_t> pads;
  std::string auto_pad;
};

absl::StatusOr<Given> ReadAttributes(Attributes& attributes, std::size_t rank,
                                     const std::vector<std::int64_t>& kernel,
                                     const WindowOptions& options) {
  const std::vector<std::int64_t> ones(rank, 1);
  Given given;
  given.kernel = attributes.Ints("kernel_shape", kernel);
  given.strides = attributes.Ints("strides", ones);
  given.dilations = options.dilations ? attributes.Ints("dilations", ones) : ones;
  given.pads = attributes.Ints("pads", std::vector<std::int64_t>(2 * rank, 0));
  given.auto_pad = attributes.Text("auto_pad", "NOTSET");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  return given;
}

absl::Status CheckGiven(const NodeView& node, const Given& given, std::size_t rank,
                        const std::vector<std::int64_t>& kernel) {
  if (!AllWithin(given.kernel, rank, 1) || (!kernel.empty() && given.kernel != kernel)) {
    return node.Invalid(fmt::format("kernel_shape {} does not fit", ToString(given.kernel)));
  }
  if (!AllWithin(given.strides, rank, 1) || !AllWithin(given.dilations, rank, 1)) {
    return node.Invalid(fmt::format("strides and dilations must be {} positive numbers", rank));
  }
  if (!AllWithin(given.pads, 2 * rank, 0)) {
    return node.Invalid(fmt::format("pads must be {} numbers of 0 or more", 2 * rank));
  }
  for (const char* known : {"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"}) {
    if (given.auto_pad == known) return absl::OkStatus();
  }
  return node.Invalid(fmt::format("auto_pad {} is not known", Quote(given.auto_pad)));
}

// Axis i of `rank`, all but its output.
WindowAxis MakeAxis(const Given& given, std::int64_t input, std::size_t i, std::size_t rank) {
  WindowAxis axis;
  axis.input = input;
  axis.kernel = given.kernel[i];
  axis.stride = given.strides[i];
  axis.dilation = given.dilations[i];
  if (given.auto_pad == "NOTSET") {
    axis.pad_begin = given.pads[i];
    axis.pad_end = given.pads[i + rank];
  } else if (given.auto_pad != "VALID") {
    PadSame(axis, given.auto_pad == "SAME_LOWER");
  }
  return axis;
}

}  // namespace

std::int64_t WindowAxis::FirstTap(std::int64_t o) const {
  return std::clamp<std::int64_t>(CeilDivide(-Start(o), dilation), 0, kernel);
}

std::int64_t WindowAxis::LastTap(std::int64_t o) const {
  return std::clamp<std::int64_t>(CeilDivide(input - Start(o), dilation), 0, kernel);
}

std::int64_t WindowAxis::FirstOutput(std::int64_t k) const {
  return std::clamp<std::int64_t>(CeilDivide(pad_begin - k * dilation, stride), 0, output);
}

std::int64_t WindowAxis::LastOutput(std::int64_t k) const {
  return std::clamp<std::int64_t>(CeilDivide(input + pad_begin - k * dilation, stride), 0, output);
}

absl::StatusOr<std::vector<WindowAxis>> ReadWindowAxes(const NodeView& node, Attributes& attributes,
                                                       const Dims& input,
                                                       const std::vector<std::int64_t>& kernel,
                                                       const WindowOptions& options) {
  const std::size_t rank = input.size() - 2;
  const absl::StatusOr<Given> given = ReadAttributes(attributes, rank, kernel, options);
  if (!given.ok()) return given.status();
  if (absl::Status s = CheckGiven(node, *given, rank, kernel); !s.ok()) return s;
  std::vector<WindowAxis> axes;
  for (std::size_t i = 0; i < rank; ++i) {
    axes.push_back(MakeAxis(*given, input[i + 2], i, rank));
    if (absl::Status s = Complete(node, options, axes.back()); !s.ok()) return s;
  }
  return axes;
}

absl::StatusOr<Window> ReadWindow(const NodeView& node, Attributes& attributes, const Dims& input,
                                  const std::vector<std::int64_t>& kernel,
                                  const WindowOptions& options) {
  if (input.size() != 3 && input.size() != 4) {
    return node.Unsupported(
        fmt::format("its input {} is neither [N, C, L] nor [N, C, H, W]", ToString(input)));
  }
  const auto axes = ReadWindowAxes(node, attributes, input, kernel, options);
  if (!axes.ok()) return axes.status();
  Window window;
  window.x = axes->back();
  if (axes->size() == 2) window.y = axes->front();
  return window;
}

Dims OutputDims(const Window& window, std::int64_t channels, std::int64_t rank) {
  Dims dims = {kBatch, channels};
  if (rank == 4) dims.push_back(window.y.output);
  dims.push_back(window.x.output);
  return dims;
}

}  // namespace biglittle::nn
