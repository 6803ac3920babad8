#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

// One spatial axis.
struct TransposedAxis {
  std::int64_t input = 1;
  std::int64_t output = 1;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad = 0;
};

struct Transposed {
  std::int64_t groups = 1;
  std::int64_t inputs = 1;             // channels of a group
  std::int64_t outputs = 1;            // likewise
  std::array<TransposedAxis, 3> axes;  // those that the input has not are 1 wide
  ConstantPtr weights;                 // [groups * inputs, outputs, taps...]
  std::vector<float> bias;             // one for each output channel

  std::int64_t in() const { return axes[0].input * axes[1].input * axes[2].input; }
  std::int64_t out() const { return axes[0].output * axes[1].output * axes[2].output; }
  std::int64_t taps() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }
};

// Each input pixel is spread over the outputs that its taps reach; one output channel an item.
class ConvTransposeKernel final : public Kernel {
 public:
  explicit ConvTransposeKernel(Transposed parameters) : p_(std::move(parameters)) {}

  void Run(const KernelArguments& arguments) const override {
    const std::int64_t channels = p_.groups * p_.outputs;
    arguments.workers->ForEach(arguments.batch * channels, [&](std::int64_t item, std::int64_t) {
      const std::int64_t n = item / channels;
      const std::int64_t channel = item % channels;
      float* const output = arguments.output + item * p_.out();
      std::fill_n(output, p_.out(), p_.bias[static_cast<std::size_t>(channel)]);
      const std::int64_t group = channel / p_.outputs;
      for (std::int64_t c = 0; c < p_.inputs; ++c) {
        const std::int64_t from = group * p_.inputs + c;
        Spread(arguments.inputs[0] + (n * p_.groups * p_.inputs + from) * p_.in(),
               p_.weights->floats.data() + (from * p_.outputs + channel % p_.outputs) * p_.taps(),
               output);
      }
    });
  }
  std::string Name() const override { return "transposed conv"; }
  std::int64_t MultiplyAdds() const override {
    return p_.groups * p_.inputs * p_.in() * p_.outputs * p_.taps();
  }
  std::int64_t WeightFloats() const override {
    return static_cast<std::int64_t>(p_.weights->floats.size());
  }

 private:
  void Spread(const float* input, const float* weights, float* output) const {
    const auto& [z, y, x] = p_.axes;
    for (std::int64_t kz = 0; kz < z.kernel; ++kz) {
      for (std::int64_t ky = 0; ky < y.kernel; ++ky) {
        for (std::int64_t kx = 0; kx < x.kernel; ++kx, ++weights) {
          SpreadTap(input, *weights, {kz, ky, kx}, output);
        }
      }
    }
  }

  void SpreadTap(const float* input, float weight, const std::array<std::int64_t, 3>& tap,
                 float* output) const {
    const auto& [z, y, x] = p_.axes;
    const auto target = [](const TransposedAxis& axis, std::int64_t i, std::int64_t k) {
      return i * axis.stride + k * axis.dilation - axis.pad;
    };
    for (std::int64_t iz = 0; iz < z.input; ++iz) {
      const std::int64_t oz = target(z, iz, tap[0]);
      for (std::int64_t iy = 0; iy < y.input; ++iy) {
        const float* const row = input + (iz * y.input + iy) * x.input;
        const std::int64_t oy = target(y, iy, tap[1]);
        if (oz < 0 || oz >= z.output || oy < 0 || oy >= y.output) continue;
        float* const to = output + (oz * y.output + oy) * x.output;
        for (std::int64_t ix = 0; ix < x.input; ++ix) {
          const std::int64_t ox = target(x, ix, tap[2]);
          if (ox >= 0 && ox < x.output) to[ox] += weight * row[ix];
        }
      }
    }
  }

  const Transposed p_;
};

using Ints = std::vector<std::int64_t>;

struct Given {
  Ints kernel;
  Ints strides;
  Ints dilations;
  Ints pads;
  Ints output_padding;
  Ints output_shape;
  std::string auto_pad;
};

absl::Status CheckGiven(const NodeView& node, const Given& given, std::size_t rank) {
  constexpr std::int64_t kMost = 1 << 24;
  const auto within = [&](const Ints& values, std::size_t size, std::int64_t least) {
    return values.size() == size &&
           std::ranges::all_of(values, [&](std::int64_t x) { return x >= least && x <= kMost; });
  };
  if (!within(given.kernel, rank, 1) || !within(given.strides, rank, 1) ||
      !within(given.dilations, rank, 1) || !within(given.pads, 2 * rank, 0) ||
      !within(given.output_padding, rank, 0) ||
      (!given.output_shape.empty() && !within(given.output_shape, rank, 1))) {
    return node.Invalid("its kernel, strides, dilations and pads do not fit its input");
  }
  return absl::OkStatus();
}

// Pads and output of one axis
// (https://github.com/onnx/onnx/blob/main/docs/Operators.md#ConvTranspose).
absl::Status Complete(const NodeView& node, const Given& given, std::size_t i, std::size_t rank,
                      TransposedAxis& axis) {
  const std::int64_t full = (axis.input - 1) * axis.stride + given.output_padding[i] +
                            (axis.kernel - 1) * axis.dilation + 1;
  std::int64_t begin = given.pads[i];
  std::int64_t end = given.pads[i + rank];
  const bool same = given.auto_pad == "SAME_UPPER" || given.auto_pad == "SAME_LOWER";
  if (!given.output_shape.empty() || same) {
    const std::int64_t wanted =
        given.output_shape.empty() ? axis.input * axis.stride : given.output_shape[i];
    const std::int64_t total = std::max<std::int64_t>(full - wanted, 0);
    const std::int64_t small = total / 2;
    axis.pad = given.auto_pad == "SAME_UPPER" ? small : total - small;
    axis.output = wanted;
    return absl::OkStatus();
  } else if (given.auto_pad == "VALID") {
    begin = end = 0;
  } else if (given.auto_pad != "NOTSET") {
    return node.Invalid(fmt::format("auto_pad {} is not known", Quote(given.auto_pad)));
  }
  axis.pad = begin;
  axis.output = full - begin - end;
  return axis.output >= 1 ? absl::OkStatus() : node.Invalid("its pads leave nothing");
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

}  // namespace

absl::StatusOr<Lowered> LowerConvTranspose(const NodeView& node) {
  const absl::StatusOr<TensorType> input = node.Batched(0, 3);
  if (!input.ok()) return input.status();
  absl::StatusOr<ConstantPtr> weights = node.FloatConstant(1);
  if (!weights.ok()) return weights.status();
  const Dims& shape = (*weights)->type.dims;
  const std::size_t rank = input->dims.size() - 2;
  if (rank > 3 || shape.size() != input->dims.size()) {
    return node.Unsupported(
        fmt::format("weights {} for input {}", ToString(shape), ToString(input->dims)));
  }
  Attributes attributes(node);
  Transposed p;
  p.groups = attributes.Int("group", 1);
  const Ints ones(rank, 1);
  const Ints taps(shape.begin() + 2, shape.end());
  const Given given{attributes.Ints("kernel_shape", taps),
                    attributes.Ints("strides", ones),
                    attributes.Ints("dilations", ones),
                    attributes.Ints("pads", Ints(2 * rank, 0)),
                    attributes.Ints("output_padding", Ints(rank, 0)),
                    attributes.Ints("output_shape"),
                    attributes.Text("auto_pad", "NOTSET")};
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (absl::Status s = CheckGiven(node, given, rank); !s.ok()) return s;
  if (p.groups < 1 || shape[0] != input->dims[1] || shape[0] % p.groups != 0 ||
      given.kernel != taps) {
    return node.Invalid(fmt::format("weights {} do not fit input {} in {} groups", ToString(shape),
                                    ToString(input->dims), p.groups));
  }
  p.inputs = shape[0] / p.groups;
  p.outputs = shape[1];
  std::int64_t channels = 0;
  if (__builtin_mul_overflow(p.outputs, p.groups, &channels)) return node.Invalid("too large");
  Dims dims = {kBatch, channels};
  for (std::size_t i = 0; i < rank; ++i) {
    TransposedAxis& axis = p.axes[3 - rank + i];
    axis.input = input->dims[i + 2];
    axis.kernel = given.kernel[i];
    axis.stride = given.strides[i];
    axis.dilation = given.dilations[i];
    if (absl::Status s = Complete(node, given, i, rank, axis); !s.ok()) return s;
    dims.push_back(axis.output);
  }
  absl::StatusOr<TensorType> output = node.Output(std::move(dims));
  if (!output.ok()) return output.status();
  absl::StatusOr<std::vector<float>> bias = Bias(node, channels);
  if (!bias.ok()) return bias.status();
  p.bias = *std::move(bias);
  p.weights = *std::move(weights);
  return Unary(*std::move(output), std::make_unique<ConvTransposeKernel>(std::move(p)));
}

}  // namespace biglittle::nn
