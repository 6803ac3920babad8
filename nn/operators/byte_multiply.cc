#include "nn/operators/byte_multiply.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "nn/graph/graph.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_epilogue.h"
#include "nn/simd/bytes.h"

namespace biglittle::nn {
namespace {

struct Shape {
  std::int64_t rows = 1;     // of a sample
  std::int64_t columns = 1;  // of a row
  bool same_row = false;     // the second operand has one row for all
  std::size_t first = 0;     // the operand that has all rows
};

// Feature maps are stored channels last where an operand has one row of channels for all pixels.
class ByteMultiplyKernel final : public Kernel {
 public:
  ByteMultiplyKernel(const Shape& shape, const simd::ByteMultiplication& how)
      : shape_(shape), how_(how) {}

  void Run(const KernelArguments& arguments) const override {
    const std::uint8_t* const a = AsBytes(arguments.inputs[shape_.first]);
    const std::uint8_t* const b = AsBytes(arguments.inputs[1 - shape_.first]);
    arguments.workers->ForEach(arguments.batch * shape_.rows, [&](std::int64_t row, std::int64_t) {
      const std::int64_t at = row * shape_.columns;
      const std::int64_t other = shape_.same_row ? row / shape_.rows * shape_.columns : at;
      simd::MultiplyBytes(how_, a + at, b + other, shape_.columns, AsBytes(arguments.output) + at);
    });
  }
  std::string Name() const override { return "int8 multiply"; }
  bool ReadsBytes(std::size_t /*operand*/) const override { return true; }
  bool WritesBytes() const override { return true; }
  bool MayOverwrite(std::size_t operand) const override {
    return !shape_.same_row || operand == shape_.first;
  }
  bool PrefersChannelsLast() const override { return shape_.same_row; }
  bool ToChannelsLast() override { return true; }

 private:
  const Shape shape_;
  const simd::ByteMultiplication how_;
};

// [N, C, 1, ...] beside [N, C, ...].
bool IsOfChannels(const Dims& dims, const Dims& output) {
  return dims.size() == output.size() && dims.size() > 2 && dims[0] == output[0] &&
         dims[1] == output[1] &&
         std::all_of(dims.begin() + 2, dims.end(), [](std::int64_t x) { return x == 1; });
}

}  // namespace

std::unique_ptr<Kernel> MakeByteMultiply(const Dims& a, const Dims& b, const Dims& output,
                                         std::span<const ByteScale> operands,
                                         const ByteTarget& target) {
  if (!target.bytes) return nullptr;
  Shape shape;
  const auto rank = static_cast<std::int64_t>(output.size());
  const bool batched = !output.empty() && output[0] == kBatch;
  if (a == output && b == output) {
    constexpr std::int64_t kPiece = 8192;
    const std::int64_t count = Product(output, 0, rank);
    // Rows only share the work.
    for (shape.columns = count; shape.columns > kPiece && shape.columns % 2 == 0;) {
      shape.columns /= 2;
    }
    shape.rows = count / shape.columns;
  } else if (batched && ((a == output && IsOfChannels(b, output)) ||
                         (b == output && IsOfChannels(a, output)))) {
    shape.first = a == output ? 0 : 1;
    shape.same_row = true;
    shape.columns = output[1];
    shape.rows = Product(output, 2, rank);
  } else {
    return nullptr;
  }
  const ByteOutput bounds = ByteOutput::Of(target);
  const simd::ByteMultiplication how{static_cast<float>(operands[shape.first].zero_point),
                                     static_cast<float>(operands[1 - shape.first].zero_point),
                                     operands[0].scale * operands[1].scale / target.bytes->scale,
                                     bounds.least,
                                     bounds.greatest,
                                     bounds.zero_point};
  return std::make_unique<ByteMultiplyKernel>(shape, how);
}

}  // namespace biglittle::nn
