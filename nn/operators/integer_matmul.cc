#include "nn/operators/integer_matmul.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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
#include "nn/operators/byte_dense.h"
#include "nn/operators/byte_weights.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/simd/integer_product.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {
namespace {

struct Parameters {
  IntegerMatMul how;
  std::int64_t stacks = 1;  // of rows, of a sample: B is the same for each, or there is one each
  std::int64_t rows = 1;
  std::int64_t inner = 1;
  std::int64_t columns = 1;
  std::int64_t depth = 32;
  // [stacks or 1, columns, depth] if B is known, less its zero points.
  std::vector<std::int16_t> weights;
  ConstantPtr given;                // B, until it is packed
  bool stacked = false;             // it is another for each stack
  std::vector<float> a_points;      // one, or one a row
  std::vector<float> b_points;      // one a column
  std::size_t a_point_operand = 0;  // 0: none is
  std::size_t b_operand = 0;        // likewise
  std::int64_t a_elements = 0;      // of a sample
};

class IntegerMatMulKernel final : public Kernel {
 public:
  explicit IntegerMatMulKernel(Parameters p) : p_(std::move(p)) {}

  void Run(const KernelArguments& arguments) const override {
    if (p_.how.quantise_a || p_.b_operand != 0) {
      arguments.workers->ForEach(arguments.batch, [&](std::int64_t n, std::int64_t worker) {
        float* const scratch = arguments.scratch + worker * ScratchFloats(1, 1);
        const float* const a = arguments.inputs[0] + n * p_.a_elements;
        const DynamicRange range =
            p_.how.quantise_a ? RangeOfFloats(a, p_.a_elements) : DynamicRange{};
        for (std::int64_t s = 0; s < p_.stacks; ++s) {
          const std::int16_t* const b = Weights(arguments, n, s, scratch);
          for (std::int64_t r = 0; r < p_.rows; ++r) RunRow(arguments, n, s, r, b, range, scratch);
        }
      });
      return;
    }
    arguments.workers->ForEach(
        arguments.batch * p_.stacks * p_.rows, [&](std::int64_t item, std::int64_t worker) {
          const std::int64_t stack = item / p_.rows;
          RunRow(arguments, stack / p_.stacks, stack % p_.stacks, item % p_.rows,
                 Known(stack % p_.stacks), {}, arguments.scratch + worker * ScratchFloats(1, 1));
        });
  }
  // What packed weights take altogether is bounded where kernels are sealed.
  void Seal() override {
    if (p_.given == nullptr) return;
    const std::int64_t rows = (p_.stacked ? p_.stacks : 1) * p_.columns;
    p_.weights.assign(static_cast<std::size_t>(rows * p_.depth), 0);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t c = row % p_.columns;
      const std::int64_t first = row / p_.columns * p_.inner * p_.columns;
      const auto point = static_cast<std::int64_t>(p_.b_points[static_cast<std::size_t>(c)]);
      for (std::int64_t k = 0; k < p_.inner; ++k) {
        const std::int64_t from = p_.how.transpose_b ? c * p_.inner + k : k * p_.columns + c;
        p_.weights[static_cast<std::size_t>(row * p_.depth + k)] = static_cast<std::int16_t>(
            p_.given->ints[static_cast<std::size_t>(first + from)] - point);
      }
    }
    p_.given = nullptr;
  }
  std::string Name() const override {
    return fmt::format("integer product {}->{}", p_.inner, p_.columns);
  }
  std::int64_t MultiplyAdds() const override { return p_.stacks * p_.rows * p_.inner * p_.columns; }
  std::int64_t WeightFloats() const override {
    return static_cast<std::int64_t>(p_.weights.size()) / 2;
  }
  std::int64_t ScratchFloats(std::int64_t /*max_batch*/, std::int64_t threads) const override {
    const std::int64_t b = p_.b_operand == 0 ? 0 : p_.columns * p_.depth / 2;
    return threads * (AlignedFloats::RoundUp(p_.depth / 2) + AlignedFloats::RoundUp(p_.columns) +
                      AlignedFloats::RoundUp(b));
  }

 private:
  const std::int16_t* Known(std::int64_t stack) const {
    return p_.weights.data() + (p_.stacked ? stack * p_.columns * p_.depth : 0);
  }

  // B of one stack, in the order of the packed weights.
  const std::int16_t* Weights(const KernelArguments& arguments, std::int64_t n, std::int64_t stack,
                              float* scratch) const {
    if (p_.b_operand == 0) return Known(stack);
    auto* const packed = reinterpret_cast<std::int16_t*>(
        scratch + AlignedFloats::RoundUp(p_.depth / 2) + AlignedFloats::RoundUp(p_.columns));
    const float* const b =
        arguments.inputs[p_.b_operand] + (n * p_.stacks + stack) * p_.inner * p_.columns;
    for (std::int64_t c = 0; c < p_.columns; ++c) {
      const float point = p_.b_points[static_cast<std::size_t>(c)];
      for (std::int64_t k = 0; k < p_.depth; ++k) {
        packed[c * p_.depth + k] = k < p_.inner
                                       ? static_cast<std::int16_t>(b[k * p_.columns + c] - point)
                                       : std::int16_t{0};
      }
    }
    return packed;
  }

  void RunRow(const KernelArguments& arguments, std::int64_t n, std::int64_t stack, std::int64_t r,
              const std::int16_t* b, const DynamicRange& range, float* scratch) const {
    auto* const row = reinterpret_cast<std::int16_t*>(scratch);
    auto* const sums =
        reinterpret_cast<std::int32_t*>(scratch + AlignedFloats::RoundUp(p_.depth / 2));
    const std::int64_t at = (n * p_.stacks + stack) * p_.rows + r;
    const float* const a = arguments.inputs[0] + at * p_.inner;
    float point = p_.a_points[p_.a_points.size() > 1 ? static_cast<std::size_t>(r) : 0];
    if (p_.a_point_operand != 0) point = arguments.inputs[p_.a_point_operand][0];
    for (std::int64_t k = 0; k < p_.inner; ++k) {
      row[k] = static_cast<std::int16_t>(
          p_.how.quantise_a ? QuantiseByte(a[k], range) - range.zero_point : a[k] - point);
    }
    std::fill(row + p_.inner, row + p_.depth, std::int16_t{0});
    simd::IntegerProducts(row, b, p_.depth, p_.columns, sums);
    float* const output = arguments.output + at * p_.columns;
    for (std::int64_t c = 0; c < p_.columns; ++c) {
      output[c] = Finish(sums[c], range.scale, static_cast<std::size_t>(c));
    }
  }

  float Finish(std::int32_t sum, float a_scale, std::size_t column) const {
    const IntegerMatMul& how = p_.how;
    if (how.scales.empty()) return static_cast<float>(sum);
    const auto bias = how.bias.empty()
                          ? 0U
                          : static_cast<std::uint32_t>(static_cast<std::int32_t>(how.bias[column]));
    const auto biased = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + bias);
    const float scale = how.quantise_a ? a_scale * how.scales[column] : how.scales[column];
    const float value = static_cast<float>(biased) * scale;
    if (how.requantization) return (*how.requantization)(value);
    return how.float_bias.empty() ? value : value + how.float_bias[column];
  }

  Parameters p_;
};

absl::Status ReadPoints(const NodeView& node, Parameters& p, Computed& computed) {
  const IntegerMatMul& how = p.how;
  p.a_points = {0.0F};
  if (node.Has(how.a_zero_point)) {
    if (!node.IsConstant(how.a_zero_point)) {
      if (node.Type(how.a_zero_point).elements() != 1 || node.Type(how.a_zero_point).has_batch()) {
        return node.Unsupported("a zero point for each sample");
      }
      p.a_point_operand = computed.operands.size();
      computed.operands.push_back(how.a_zero_point);
    } else {
      const bool one = node.Type(how.a_zero_point).elements() == 1;
      const auto points = ReadZeroPoints(node, how.a_zero_point, one ? 1 : p.rows);
      if (!points.ok()) return points.status();
      p.a_points = *points;
    }
  }
  const auto points = ReadZeroPoints(node, how.b_zero_point, p.columns);
  if (!points.ok()) return points.status();
  p.b_points = *points;
  return absl::OkStatus();
}

absl::Status CheckPacked(const NodeView& node, const Parameters& p) {
  const std::int64_t columns = simd::PackedColumns(p.columns);
  return node.Output({p.stacked ? p.stacks : 1, columns, p.depth}).status();
}

bool IsByte(ElementType element) {
  return element == ElementType::kUint8 || element == ElementType::kInt8;
}

// Rows of bytes times one known matrix, if that is what it is; else nullptr.
std::unique_ptr<Kernel> MakeOfBytes(const Parameters& p, ElementType a) {
  if (p.given == nullptr || p.stacked || p.a_points.size() > 1) return nullptr;
  const IntegerMatMul& how = p.how;
  ByteDenseParameters b;
  b.rows = p.stacks * p.rows;
  b.inputs = p.inner;
  b.outputs = p.columns;
  b.transposed = !how.transpose_b;
  b.point_operand = p.a_point_operand;
  b.input_point = how.quantise_a ? 0 : ByteOffset(a) + static_cast<std::int32_t>(p.a_points[0]);
  b.quantise_rows = how.quantise_a;
  b.weights = ByteWeights::OfIntegers(p.given, p.b_points);
  for (const float bias : how.bias) b.bias.push_back(static_cast<std::int32_t>(bias));
  b.scales = how.scales;
  if (b.scales.empty()) b.scales.assign(static_cast<std::size_t>(p.columns), 1.0F);
  b.float_bias = how.float_bias;
  b.output = how.requantization ? ByteOutput::Bytes(how.requantization->AsByteScale())
                                : ByteOutput::Floats();
  return MakeByteDense(std::move(b));
}

}  // namespace

absl::StatusOr<Lowered> LowerIntegerMatMul(const NodeView& node, IntegerMatMul how) {
  const TensorType& a = node.Type(how.a);
  const TensorType& b = node.Type(how.b);
  const bool sound = how.quantise_a ? a.element == ElementType::kFloat32 : IsByte(a.element);
  if (!sound || !IsByte(b.element)) {
    return node.Unsupported(
        fmt::format("it multiplies {} and {}", Name(a.element), Name(b.element)));
  }
  if (a.rank() < 2 || b.rank() < 2 || a.dims.back() == kBatch) {
    return node.Unsupported(
        fmt::format("a product of {} and {}", ToString(a.dims), ToString(b.dims)));
  }
  const bool known = node.IsConstant(how.b);
  const auto front = [](const Dims& dims) { return Dims(dims.begin(), dims.end() - 2); };
  const bool one_b = known && Product(b.dims, 0, b.rank() - 2) == 1;
  if (!one_b && (front(a.dims) != front(b.dims) || how.transpose_b)) {
    return node.Unsupported("its right side is a stack of matrices");
  }
  if (how.quantise_a && a.batched()) {
    return node.Unsupported("it quantizes by the range of all samples of the batch");
  }
  Parameters p;
  const Dims last(b.dims.end() - 2, b.dims.end());
  p.inner = a.dims.back();
  p.columns = how.transpose_b ? last[0] : last[1];
  const std::int64_t rows = a.dims[a.dims.size() - 2];
  p.rows = rows == kBatch ? 1 : rows;
  p.stacks = Product(a.dims, 0, a.rank() - 2);
  p.stacked = known && !one_b;
  p.depth = simd::PaddedDepth(p.inner);
  p.a_elements = a.elements();
  if ((how.transpose_b ? last[1] : last[0]) != p.inner) {
    return node.Invalid(
        fmt::format("shapes {} and {} cannot be multiplied", ToString(a.dims), ToString(b.dims)));
  }
  Dims dims = a.dims;
  dims.back() = p.columns;
  const ElementType element = how.requantization   ? how.requantization->element
                              : how.scales.empty() ? ElementType::kInt32
                                                   : ElementType::kFloat32;
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), element);
  if (!output.ok()) return output.status();
  p.how = std::move(how);
  if (!p.how.scales.empty()) {
    p.how.scales.resize(static_cast<std::size_t>(p.columns), p.how.scales.front());
  }
  Computed computed{nullptr, {p.how.a}};
  if (absl::Status s = ReadPoints(node, p, computed); !s.ok()) return s;
  if (known) {
    if (absl::Status s = CheckPacked(node, p); !s.ok()) return s;
    p.given = node.ConstantAt(p.how.b);
  } else {
    if (absl::Status s = node.Output({p.columns, p.depth}).status(); !s.ok()) return s;
    p.b_operand = computed.operands.size();
    computed.operands.push_back(p.how.b);
  }
  computed.kernel = MakeOfBytes(p, a.element);
  if (computed.kernel == nullptr) {
    computed.kernel = std::make_unique<IntegerMatMulKernel>(std::move(p));
  }
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace biglittle::nn
