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
  kMod,    // of the sign of b
  kFmod,   // of the sign of a
  kEqual,  // this and those below give a bool
  kGreater,
  kGreaterOrEqual,
  kLess,
  kLessOrEqual,
  kAnd,  // this and those below are of bools
  kOr,
  kXor,
};

constexpr bool IsLogical(BinaryFunction function) { return function >= BinaryFunction::kAnd; }
// Gives a bool.
constexpr bool IsComparison(BinaryFunction function) { return function >= BinaryFunction::kEqual; }

}  // namespace biglittle::nn
