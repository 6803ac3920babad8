#include "nn/operators/byte_table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/kernel/pieces.h"
#include "nn/operators/byte_epilogue.h"
#include "nn/simd/bytes.h"

namespace biglittle::nn {
namespace {

constexpr std::int64_t kBytes = 256;
using AllFloats = std::array<float, kBytes>;

class ByteTableKernel final : public Kernel {
 public:
  ByteTableKernel(const simd::ByteTable& table, std::int64_t elements, std::string name)
      : table_(table), elements_(elements), name_(std::move(name)) {}

  void Run(const KernelArguments& arguments) const override {
    ForEachPiece(*arguments.workers, arguments.batch * elements_, kBytePiece,
                 [&](std::int64_t first, std::int64_t length) {
                   simd::LookUpBytes(table_, AsBytes(arguments.inputs[0]) + first, length,
                                     AsBytes(arguments.output) + first);
                 });
  }
  std::string Name() const override { return name_; }
  bool ReadsBytes(std::size_t /*operand*/) const override { return true; }
  bool WritesBytes() const override { return true; }
  bool MayOverwrite(std::size_t /*operand*/) const override { return true; }
  bool ToChannelsLast() override { return true; }

 private:
  const simd::ByteTable table_;
  const std::int64_t elements_;
  const std::string name_;
};

simd::ByteTable AllBytes() {
  simd::ByteTable all;
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  return all;
}

AllFloats NumbersOf(const ByteScale& scale) {
  const simd::ByteTable all = AllBytes();
  AllFloats numbers;
  simd::DequantizeBytes(all.data(), kBytes, scale.scale, scale.zero_point, numbers.data());
  return numbers;
}

simd::ByteTable BytesOf(AllFloats numbers, const ByteTarget& target) {
  for (float& x : numbers) x = std::min(std::max(x, target.clamp.least), target.clamp.greatest);
  simd::ByteTable table;
  simd::QuantizeBytes(numbers.data(), kBytes, target.bytes->scale, target.bytes->zero_point,
                      table.data());
  return table;
}

}  // namespace

simd::ByteTable RescalingTable(const ByteScale& input, const ByteTarget& target) {
  return BytesOf(NumbersOf(input), target);
}

simd::ByteTable TableOf(const Kernel& unary, const ByteScale& input, const ByteTarget& target) {
  const AllFloats numbers = NumbersOf(input);
  AllFloats values{};
  const float* const operand = numbers.data();
  Workers alone(1);
  unary.Run(KernelArguments{1, 1, {&operand, 1}, values.data(), nullptr, &alone});
  return BytesOf(values, target);
}

ByteMap::ByteMap(const ByteScale& input, const ByteTarget& target)
    : table_(RescalingTable(input, target)), changes_(table_ != AllBytes()) {
  const ByteOutput bounds = ByteOutput::Of(target);
  scaling_ = {static_cast<float>(input.zero_point), input.scale / target.bytes->scale, bounds.least,
              bounds.greatest, bounds.zero_point};
  simd::ByteTable scaled;
  simd::ScaleBytes(scaling_, AllBytes().data(), kBytes, scaled.data());
  scales_ = scaled == table_;
}

void ByteMap::Apply(const std::uint8_t* in, std::int64_t count, std::uint8_t* out) const {
  if (!changes_) {
    if (in != out) std::copy_n(in, count, out);
  } else if (scales_) {
    simd::ScaleBytes(scaling_, in, count, out);
  } else {
    simd::LookUpBytes(table_, in, count, out);
  }
}

std::unique_ptr<Kernel> MakeByteTable(const simd::ByteTable& table, std::int64_t elements,
                                      std::string name) {
  return std::make_unique<ByteTableKernel>(table, elements, std::move(name));
}

}  // namespace biglittle::nn
