#include "nn/operators/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph.h"
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
  return absl::OkStatus();
}

absl::Status ReadPads(const NodeView& node, Attributes& attributes, std::span<WindowAxis*> axes) {
  const std::size_t rank = axes.size();
  const std::string mode = attributes.Text("auto_pad", "NOTSET");
  const auto pads = attributes.Ints("pads", std::vector<std::int64_t>(2 * rank, 0));
  if (!AllWithin(pads, 2 * rank, 0)) {
    return node.Invalid(fmt::format("pads must be {} numbers of 0 or more", 2 * rank));
  }
  for (std::size_t i = 0; i < rank; ++i) {
    if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
      PadSame(*axes[i], mode == "SAME_LOWER");
    } else if (mode == "NOTSET") {
      axes[i]->pad_begin = pads[i];
      axes[i]->pad_end = pads[i + rank];
    } else if (mode != "VALID") {
      return node.Invalid(fmt::format("auto_pad {} is not known", Quote(mode)));
    }
  }
  return absl::OkStatus();
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

bool WindowAxis::IsPointwise() const {
  return kernel == 1 && stride == 1 && pad_begin == 0 && pad_end == 0;
}

absl::StatusOr<Window> ReadWindow(const NodeView& node, Attributes& attributes, const Dims& input,
                                  const std::vector<std::int64_t>& kernel,
                                  const WindowOptions& options) {
  if (input.size() != 3 && input.size() != 4) {
    return node.Unsupported(
        fmt::format("its input {} is neither [N, C, L] nor [N, C, H, W]", ToString(input)));
  }
  const std::size_t rank = input.size() - 2;
  const auto shape = attributes.Ints("kernel_shape", kernel);
  const auto strides = attributes.Ints("strides", std::vector<std::int64_t>(rank, 1));
  const std::vector<std::int64_t> ones(rank, 1);
  const auto dilations = options.dilations ? attributes.Ints("dilations", ones) : ones;
  if (!AllWithin(shape, rank, 1) || (!kernel.empty() && shape != kernel)) {
    return node.Invalid(fmt::format("kernel_shape {} does not fit", ToString(shape)));
  }
  if (!AllWithin(strides, rank, 1) || !AllWithin(dilations, rank, 1)) {
    return node.Invalid(fmt::format("strides and dilations must be {} positive numbers", rank));
  }
  Window window;
  std::vector<WindowAxis*> axes = {&window.y, &window.x};
  axes.erase(axes.begin(), axes.end() - static_cast<std::ptrdiff_t>(rank));
  for (std::size_t i = 0; i < rank; ++i) {
    axes[i]->input = input[i + 2];
    axes[i]->kernel = shape[i];
    axes[i]->stride = strides[i];
    axes[i]->dilation = dilations[i];
  }
  if (absl::Status status = ReadPads(node, attributes, axes); !status.ok()) return status;
  for (WindowAxis* axis : axes) {
    if (absl::Status status = Complete(node, options, *axis); !status.ok()) return status;
  }
  return window;
}

Dims OutputDims(const Window& window, std::int64_t channels, std::int64_t rank) {
  Dims dims = {kBatch, channels};
  if (rank == 4) dims.push_back(window.y.output);
  dims.push_back(window.x.output);
  return dims;
}

}  // namespace biglittle::nn
