// Rows of bytes times a constant matrix: int8 and uint8 in, sums in 32 bits, bytes or floats out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "nn/kernel/kernel.h"
#include "nn/operators/byte_epilogue.h"
#include "nn/operators/byte_weights.h"

namespace biglittle::nn {

struct ByteDenseParameters : ByteEpilogue {
  std::int64_t rows = 1;    // of a sample
  std::int64_t inputs = 0;  // length of a row
  std::int64_t outputs = 0;
  ByteWeights weights;  // [outputs, inputs], or [inputs, outputs] if transposed
  bool transposed = false;
  std::vector<float> float_bias;  // by output, added to floats; empty: none
  std::int32_t input_point = 0;   // the byte that stands for 0
  // Where the net computes it: which operand it is, a float, to which `input_point` is added.
  std::size_t point_operand = 0;
  // Operand 0 is floats, quantised by the range of a sample's (DynamicQuantizeLinear); their scale
  // is multiplied in.
  bool quantise_rows = false;
};

std::unique_ptr<Kernel> MakeByteDense(ByteDenseParameters parameters);

}  // namespace biglittle::nn
