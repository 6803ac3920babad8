#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/conv_kernel.h"
#include "nn/operators/conv_node.h"
#include "nn/operators/conv_parameters.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/volume.h"
#include "nn/operators/window.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {
namespace {

absl::Status CheckWeights(const NodeView& node, const Dims& input, const Dims& weights,
                          std::int64_t groups) {
  if (weights.size() != input.size()) {
    return node.Invalid(
        fmt::format("weights {} and input {} differ in rank", ToString(weights), ToString(input)));
  }
  if (groups < 1 || input[1] % groups != 0 || weights[0] % groups != 0) {
    return node.Invalid(fmt::format("{} groups do not divide {} input and {} output channels",
                                    groups, input[1], weights[0]));
  }
  if (weights[1] != input[1] / groups) {
    return node.Invalid(fmt::format("weights {} expect {} channels a group, the input {} has {}",
                                    ToString(weights), weights[1], ToString(input),
                                    input[1] / groups));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<float>> Bias(const NodeView& node, std::int64_t channels) {
  if (!node.Has(2)) return std::vector<float>(static_cast<std::size_t>(channels), 0.0F);
  const absl::StatusOr<ConstantPtr> bias = node.FloatConstant(2);
  if (!bias.ok()) return bias.status();
  if ((*bias)->type.dims != Dims{channels}) {
    return node.Invalid(fmt::format("bias {} must have one number for each of {} channels",
                                    ToString((*bias)->type.dims), channels));
  }
  return (*bias)->floats;
}

// Kernels may copy the input with its padding around it, and pack the weights into panels of
// columns: both must be of a sane size too.
absl::Status CheckCopies(const NodeView& node, const Window& window, std::int64_t channels,
                         const Dims& weights, std::int64_t groups) {
  const auto extent = [](const WindowAxis& axis) {
    return axis.pad_begin + axis.input + axis.pad_end;
  };
  const Dims padded = {kBatch, channels, extent(window.y), extent(window.x)};
  if (absl::Status s = node.Output(padded).status(); !s.ok()) return s;
  // A 3x3 kernel may become 36 numbers; a group has a bias of its own.
  const std::int64_t taps = window.taps() == 9 ? 36 : window.taps();
  const std::int64_t columns = simd::PackedColumns(weights[0] / groups);
  return node.Output({groups, weights[1] * taps + 4, columns}).status();
}

}  // namespace

absl::StatusOr<Lowered> LowerConv(const NodeView& node) {
  Attributes attributes(node);
  return LowerConvAsRead(node, attributes);
}

absl::StatusOr<Lowered> LowerConvAsRead(const NodeView& node, Attributes& attributes) {
  const absl::StatusOr<TensorType> input = node.Batched(0, 3);
  if (!input.ok()) return input.status();
  absl::StatusOr<ConstantPtr> weights = node.FloatConstant(1);
  if (!weights.ok()) return weights.status();
  const Dims& shape = (*weights)->type.dims;

  const std::int64_t groups = attributes.Int("group", 1);
  if (absl::Status s = CheckWeights(node, input->dims, shape, groups); !s.ok()) return s;
  if (input->rank() == 5) {
    absl::StatusOr<std::vector<float>> bias = Bias(node, shape[0]);
    if (!bias.ok()) return bias.status();
    return LowerVolumeConv(node, attributes, *input, *weights, *std::move(bias), groups);
  }
  absl::StatusOr<Window> window =
      ReadWindow(node, attributes, input->dims, {shape.begin() + 2, shape.end()}, WindowOptions{});
  if (!window.ok()) return window.status();
  absl::StatusOr<TensorType> output = node.Output(OutputDims(*window, shape[0], input->rank()));
  if (!output.ok()) return output.status();
  absl::StatusOr<std::vector<float>> bias = Bias(node, shape[0]);
  if (!bias.ok()) return bias.status();

  if (absl::Status s = CheckCopies(node, *window, input->dims[1], shape, groups); !s.ok()) return s;

  ConvParameters parameters;
  parameters.window = *window;
  parameters.input_channels = input->dims[1];
  parameters.output_channels = shape[0];
  parameters.groups = groups;
  parameters.weights = *std::move(weights);
  parameters.bias = *std::move(bias);
  return Unary(*std::move(output), std::make_unique<ConvKernel>(std::move(parameters)));
}

}  // namespace biglittle::nn
