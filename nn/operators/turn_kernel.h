// Takes a feature map from one layout to the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "nn/kernel/kernel.h"

namespace biglittle::nn {

// Turns [rows, columns] into [columns, rows] for each sample, in blocks that stay in the cache.
// `Element` is float, or uint8 where tensors are kept as bytes.
template <typename Element>
class TurnKernelOf final : public Kernel {
 public:
  TurnKernelOf(std::int64_t rows, std::int64_t columns, std::string name)
      : rows_(rows), columns_(columns), name_(std::move(name)) {}

  void Run(const KernelArguments& arguments) const override {
    const std::int64_t blocks = (rows_ + kBlock - 1) / kBlock;
    arguments.workers->ForEach(arguments.batch * blocks, [&](std::int64_t item, std::int64_t) {
      const std::int64_t sample = item / blocks * rows_ * columns_;
      TurnRows(reinterpret_cast<const Element*>(arguments.inputs[0]) + sample,
               reinterpret_cast<Element*>(arguments.output) + sample, item % blocks * kBlock);
    });
  }
  std::string Name() const override { return name_; }
  bool ReadsBytes(std::size_t /*operand*/) const override { return kBytes; }
  bool WritesBytes() const override { return kBytes; }

 private:
  static constexpr bool kBytes = sizeof(Element) == 1;
  static constexpr std::int64_t kBlock = 16;

  void TurnRows(const Element* input, Element* output, std::int64_t first) const {
    const std::int64_t last = std::min(rows_, first + kBlock);
    for (std::int64_t left = 0; left < columns_; left += kBlock) {
      const std::int64_t right = std::min(columns_, left + kBlock);
      for (std::int64_t row = first; row < last; ++row) {
        for (std::int64_t column = left; column < right; ++column) {
          output[column * rows_ + row] = input[row * columns_ + column];
        }
      }
    }
  }

  const std::int64_t rows_;
  const std::int64_t columns_;
  const std::string name_;
};

using TurnKernel = TurnKernelOf<float>;
using ByteTurnKernel = TurnKernelOf<std::uint8_t>;

}  // namespace biglittle::nn
