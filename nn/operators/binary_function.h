// The element-wise functions of two tensors.
#pragma once

#include <cstdint>

namespace biglittle::nn {

enum class BinaryFunction : std::uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kPow,
  kPRelu,  // a, or a * b where it is below zero
  kEqual,  // this and those below give a bool
  kGreater,
  kGreaterOrEqual,
  kLess,
  kLessOrEqual,
};

constexpr bool IsComparison(BinaryFunction function) { return function >= BinaryFunction::kEqual; }

}  // namespace biglittle::nn
