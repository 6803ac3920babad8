#include "nn/operators/byte_concat.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_table.h"

namespace biglittle::nn {
namespace {

struct Part {
  std::int64_t block = 0;
  ByteMap map;  // to the output's scale
};

class ByteConcatKernel final : public Kernel {
 public:
  ByteConcatKernel(std::vector<Part> parts, std::int64_t repeats, std::int64_t pixels)
      : parts_(std::move(parts)), repeats_(repeats), pixels_(pixels) {}

  void Run(const KernelArguments& arguments) const override {
    constexpr std::int64_t kPiece = 64;  // repeats
    const std::int64_t pieces = (repeats_ + kPiece - 1) / kPiece;
    arguments.workers->ForEach(arguments.batch * pieces, [&](std::int64_t item, std::int64_t) {
      const std::int64_t n = item / pieces * repeats_;
      const std::int64_t first = item % pieces * kPiece;
      for (std::int64_t i = first; i < std::min(repeats_, first + kPiece); ++i) {
        std::uint8_t* output = AsBytes(arguments.output) + (n + i) * Row();
        for (std::size_t k = 0; k < parts_.size(); ++k) {
          const Part& part = parts_[k];
          const std::uint8_t* const from = AsBytes(arguments.inputs[k]) + (n + i) * part.block;
          part.map.Apply(from, part.block, output);
          output += part.block;
        }
      }
    });
  }
  std::string Name() const override { return "int8 concat"; }
  bool ReadsBytes(std::size_t /*operand*/) const override { return true; }
  bool WritesBytes() const override { return true; }
  bool ToChannelsLast() override {
    if (pixels_ == 0) return false;
    for (Part& part : parts_) part.block /= pixels_;
    repeats_ *= pixels_;
    return true;
  }

 private:
  std::int64_t Row() const {
    return std::accumulate(parts_.begin(), parts_.end(), std::int64_t{0},
                           [](std::int64_t sum, const Part& part) { return sum + part.block; });
  }

  std::vector<Part> parts_;
  std::int64_t repeats_;
  const std::int64_t pixels_;
};

}  // namespace

std::unique_ptr<Kernel> MakeByteConcat(std::vector<std::int64_t> blocks, std::int64_t repeats,
                                       std::int64_t pixels, std::span<const ByteScale> operands,
                                       const ByteTarget& output) {
  if (!output.bytes) return nullptr;
  std::vector<Part> parts;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    parts.push_back({blocks[i], ByteMap(operands[i], output)});
  }
  return std::make_unique<ByteConcatKernel>(std::move(parts), repeats, pixels);
}

}  // namespace biglittle::nn
