#include "nn/operators/integer_conv.h"

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
#include "nn/kernel/aligned_floats.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/byte_conv.h"
#include "nn/operators/byte_weights.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/window.h"
#include "nn/simd/integer_product.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {
namespace {

struct Parameters {
  std::array<WindowAxis, 3> axes;  // depth, height, width; those that the input has not are 1 wide
  std::int64_t groups = 1;
  std::int64_t inputs = 1;            // channels of a group
  std::int64_t outputs = 1;           // likewise
  std::int64_t depth = 32;            // of a row of weights, padded
  ConstantPtr given;                  // the weights; nullptr once they are packed
  std::vector<float> points;          // their zero points, one an output channel
  std::vector<std::int16_t> weights;  // [groups * outputs, depth], less their zero points
  float zero_point = 0.0F;            // of the data, unless an operand is
  std::size_t zero_point_operand = 0;
  IntegerConvOutput output;

  std::int64_t in() const { return axes[0].input * axes[1].input * axes[2].input; }
  std::int64_t out() const { return axes[0].output * axes[1].output * axes[2].output; }
  std::int64_t taps() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }
};

class IntegerConvKernel final : public Kernel {
 public:
  explicit IntegerConvKernel(Parameters p) : p_(std::move(p)) {}

  // A row of output pixels of a group is an item.
  void Run(const KernelArguments& arguments) const override {
    const std::int64_t rows = p_.axes[0].output * p_.axes[1].output;
    arguments.workers->ForEach(arguments.batch * p_.groups * rows, [&](std::int64_t item,
                                                                       std::int64_t worker) {
      RunRow(arguments, item / rows, item % rows, arguments.scratch + worker * ScratchFloats(1, 1));
    });
  }
  // What packed weights take altogether is bounded where kernels are sealed.
  void Seal() override {
    const std::int64_t depth = p_.inputs * p_.taps();
    const std::int64_t rows = p_.groups * p_.outputs;
    p_.weights.assign(static_cast<std::size_t>(rows * p_.depth), 0);
    for (std::int64_t m = 0; m < rows; ++m) {
      const auto point = static_cast<std::int64_t>(p_.points[static_cast<std::size_t>(m)]);
      for (std::int64_t k = 0; k < depth; ++k) {
        p_.weights[static_cast<std::size_t>(m * p_.depth + k)] = static_cast<std::int16_t>(
            p_.given->ints[static_cast<std::size_t>(m * depth + k)] - point);
      }
    }
    p_.given = nullptr;
  }
  std::string Name() const override {
    return fmt::format("integer conv {}x{} {}->{}", p_.axes[1].kernel, p_.axes[2].kernel,
                       p_.groups * p_.inputs, p_.groups * p_.outputs);
  }
  std::int64_t MultiplyAdds() const override {
    return p_.groups * p_.outputs * p_.inputs * p_.taps() * p_.out();
  }
  std::int64_t WeightFloats() const override {
    return static_cast<std::int64_t>(p_.weights.size()) / 2;
  }
  std::int64_t ScratchFloats(std::int64_t /*max_batch*/, std::int64_t threads) const override {
    return threads * (AlignedFloats::RoundUp(p_.depth / 2) + AlignedFloats::RoundUp(p_.outputs));
  }

 private:
  void RunRow(const KernelArguments& arguments, std::int64_t map, std::int64_t row,
              float* scratch) const {
    auto* const column = reinterpret_cast<std::int16_t*>(scratch);
    auto* const sums =
        reinterpret_cast<std::int32_t*>(scratch + AlignedFloats::RoundUp(p_.depth / 2));
    const std::int64_t n = map / p_.groups;
    const std::int64_t group = map % p_.groups;
    const float* const input = arguments.inputs[0] + map * p_.inputs * p_.in();
    const float zero_point = p_.zero_point_operand == 0
                                 ? p_.zero_point
                                 : arguments.inputs[p_.zero_point_operand][n * per_sample_];
    const std::int64_t z = row / p_.axes[1].output;
    const std::int64_t y = row % p_.axes[1].output;
    std::fill_n(column, p_.depth, std::int16_t{0});
    for (std::int64_t x = 0; x < p_.axes[2].output; ++x) {
      Gather(input, {z, y, x}, zero_point, column);
      simd::IntegerProducts(column, p_.weights.data() + group * p_.outputs * p_.depth, p_.depth,
                            p_.outputs, sums);
      float* const output =
          arguments.output + map * p_.outputs * p_.out() + row * p_.axes[2].output + x;
      for (std::int64_t m = 0; m < p_.outputs; ++m) {
        output[m * p_.out()] = Finish(sums[m], static_cast<std::size_t>(group * p_.outputs + m));
      }
    }
  }

  // What one output pixel sees, less the zero point: 0 in the padding.
  void Gather(const float* input, const std::array<std::int64_t, 3>& o, float zero_point,
              std::int16_t* column) const {
    const auto& [depth, height, width] = p_.axes;
    for (std::int64_t c = 0; c < p_.inputs; ++c, input += p_.in()) {
      for (std::int64_t kz = 0; kz < depth.kernel; ++kz) {
        const std::int64_t iz = depth.Start(o[0]) + kz * depth.dilation;
        for (std::int64_t ky = 0; ky < height.kernel; ++ky) {
          const std::int64_t iy = height.Start(o[1]) + ky * height.dilation;
          const bool inside = iz >= 0 && iz < depth.input && iy >= 0 && iy < height.input;
          const float* const row = input + (iz * height.input + iy) * width.input;
          for (std::int64_t kx = 0; kx < width.kernel; ++kx) {
            const std::int64_t ix = width.Start(o[2]) + kx * width.dilation;
            *column++ = inside && ix >= 0 && ix < width.input
                            ? static_cast<std::int16_t>(row[ix] - zero_point)
                            : std::int16_t{0};
          }
        }
      }
    }
  }

  float Finish(std::int32_t sum, std::size_t channel) const {
    const IntegerConvOutput& output = p_.output;
    if (!output.requantization) return static_cast<float>(sum);
    const auto bias = static_cast<std::int32_t>(output.bias[channel]);
    const auto biased = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) +
                                                  static_cast<std::uint32_t>(bias));
    return (*output.requantization)(static_cast<float>(biased) * output.scales[channel]);
  }

  Parameters p_;
  static constexpr std::int64_t per_sample_ = 0;  // a zero point is the same for all
};

bool IsByte(ElementType element) {
  return element == ElementType::kUint8 || element == ElementType::kInt8;
}

// Planes are convolved as bytes; weights and biases are what `p` says.
std::unique_ptr<Kernel> MakeOfBytes(const Parameters& p, ElementType input) {
  ByteConvParameters b;
  b.window = {p.axes[1], p.axes[2]};
  b.groups = p.groups;
  b.input_channels = p.groups * p.inputs;
  b.output_channels = p.groups * p.outputs;
  b.point_operand = p.zero_point_operand;
  b.input_point = ByteOffset(input) + static_cast<std::int32_t>(p.zero_point);
  b.weights = ByteWeights::OfIntegers(p.given, p.points);
  const auto channels = static_cast<std::size_t>(b.output_channels);
  if (p.output.requantization) {
    for (const float bias : p.output.bias) b.bias.push_back(static_cast<std::int32_t>(bias));
    b.scales = p.output.scales;
    b.output = ByteOutput::Bytes(p.output.requantization->AsByteScale());
  } else {
    b.bias.assign(channels, 0);
    b.scales.assign(channels, 1.0F);
    b.output = ByteOutput::Floats();
  }
  return MakeByteConv(std::move(b));
}

}  // namespace

absl::StatusOr<Lowered> LowerIntegerConv(const NodeView& node, const IntegerConvInputs& inputs,
                                         IntegerConvOutput output) {
  const absl::StatusOr<TensorType> input = node.Batched(inputs.data, 3);
  if (!input.ok()) return input.status();
  if (!node.IsConstant(inputs.weights)) return node.Unsupported("its weights must be constants");
  const TensorType& weights = node.Type(inputs.weights);
  if (!IsByte(input->element) || !IsByte(weights.element)) {
    return node.Unsupported(
        fmt::format("it multiplies {} and {}", Name(input->element), Name(weights.element)));
  }
  const Dims& shape = weights.dims;
  const std::size_t rank = input->dims.size() - 2;
  if (rank > 3 || shape.size() != input->dims.size()) {
    return node.Invalid(fmt::format("weights {} and input {} differ in rank", ToString(shape),
                                    ToString(input->dims)));
  }
  Attributes attributes(node);
  Parameters p;
  p.groups = attributes.Int("group", 1);
  const auto axes = ReadWindowAxes(node, attributes, input->dims, {shape.begin() + 2, shape.end()},
                                   WindowOptions{});
  if (!axes.ok()) return axes.status();
  if (p.groups < 1 || shape[0] % p.groups != 0 || shape[1] > input->dims[1] ||
      shape[1] * p.groups != input->dims[1]) {
    return node.Invalid(fmt::format("weights {} do not fit input {} in {} groups", ToString(shape),
                                    ToString(input->dims), p.groups));
  }
  p.inputs = shape[1];
  p.outputs = shape[0] / p.groups;
  Dims dims = {kBatch, shape[0]};
  for (std::size_t i = 0; i < rank; ++i) {
    p.axes[3 - rank + i] = (*axes)[i];
    dims.push_back((*axes)[i].output);
  }
  const ElementType element =
      output.requantization ? output.requantization->element : ElementType::kInt32;
  absl::StatusOr<TensorType> type = node.Output(std::move(dims), element);
  if (!type.ok()) return type.status();
  // Short filters are filled up to a whole row of vectors.
  if (absl::Status s = node.Output({shape[0], simd::PaddedDepth(p.inputs * p.taps())}).status();
      !s.ok()) {
    return s;
  }
  p.depth = simd::PaddedDepth(p.inputs * p.taps());
  p.given = node.ConstantAt(inputs.weights);
  const auto points = ReadZeroPoints(node, inputs.weights_zero_point, shape[0]);
  if (!points.ok()) return points.status();
  p.points = *points;
  Computed computed{nullptr, {inputs.data}};
  if (node.Has(inputs.data_zero_point)) {
    if (node.Type(inputs.data_zero_point).elements() != 1 ||
        node.Type(inputs.data_zero_point).has_batch()) {
      return node.Unsupported("a zero point for each sample");
    }
    if (node.IsConstant(inputs.data_zero_point)) {
      const auto point = ReadZeroPoint(node, inputs.data_zero_point);
      if (!point.ok()) return point.status();
      p.zero_point = *point;
    } else {
      p.zero_point_operand = 1;
      computed.operands.push_back(inputs.data_zero_point);
    }
  }
  p.output = std::move(output);
  if (rank > 2) {
    computed.kernel = std::make_unique<IntegerConvKernel>(std::move(p));
  } else {
    // Copies with their padding, and packed weights, must be of a sane size too.
    const auto extent = [](const WindowAxis& axis) {
      return axis.pad_begin + axis.input + axis.pad_end;
    };
    const Dims padded = {kBatch, input->dims[1], extent(p.axes[1]), extent(p.axes[2])};
    if (absl::Status s = node.Output(padded).status(); !s.ok()) return s;
    const std::int64_t columns = simd::PackedColumns(p.outputs);
    const Dims packed = {p.groups, p.inputs * p.taps() + 4 * p.taps(), columns};
    if (absl::Status s = node.Output(packed).status(); !s.ok()) return s;
    computed.kernel = MakeOfBytes(p, input->element);
  }
  return Lowered{*std::move(type), std::move(computed)};
}

}  // namespace biglittle::nn
