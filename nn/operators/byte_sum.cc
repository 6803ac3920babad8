#include "nn/operators/byte_sum.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/kernel/pieces.h"
#include "nn/operators/byte_epilogue.h"
#include "nn/simd/bytes.h"

namespace biglittle::nn {
namespace {

class ByteSumKernel final : public Kernel {
 public:
  ByteSumKernel(std::int64_t elements, const simd::ByteSum& sum) : elements_(elements), sum_(sum) {}

  void Run(const KernelArguments& arguments) const override {
    ForEachPiece(*arguments.workers, arguments.batch * elements_, kBytePiece,
                 [&](std::int64_t first, std::int64_t length) {
                   simd::AddBytes(sum_, AsBytes(arguments.inputs[0]) + first,
                                  AsBytes(arguments.inputs[1]) + first, length,
                                  AsBytes(arguments.output) + first);
                 });
  }
  std::string Name() const override { return "int8 sum"; }
  bool ReadsBytes(std::size_t /*operand*/) const override { return true; }
  bool WritesBytes() const override { return true; }
  bool MayOverwrite(std::size_t /*operand*/) const override { return true; }
  bool ToChannelsLast() override { return true; }

 private:
  const std::int64_t elements_;
  const simd::ByteSum sum_;
};

}  // namespace

std::unique_ptr<Kernel> MakeByteSum(std::int64_t elements, std::span<const ByteScale> operands,
                                    const ByteTarget& output) {
  if (!output.bytes) return nullptr;
  const ByteOutput bounds = ByteOutput::Of(output);
  simd::ByteSum sum;
  for (std::size_t i = 0; i < 2; ++i) {
    sum.points[i] = static_cast<float>(operands[i].zero_point);
    sum.scales[i] = operands[i].scale / output.bytes->scale;
  }
  sum.least = bounds.least;
  sum.greatest = bounds.greatest;
  sum.zero_point = bounds.zero_point;
  return std::make_unique<ByteSumKernel>(elements, sum);
}

}  // namespace biglittle::nn
