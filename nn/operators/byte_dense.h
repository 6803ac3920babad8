// Rows of bytes times a constant matrix: int8 and uint8 in, sums in 32 bits, bytes or floats out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nn/kernel/activation.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_conv.h"
#include "nn/operators/byte_weights.h"

namespace biglittle::nn {

struct ByteDenseParameters {
  std::int64_t rows = 1;    // of a sample
  std::int64_t inputs = 0;  // length of a row
  std::int64_t outputs = 0;
  ByteWeights weights;  // [outputs, inputs], or [inputs, outputs] if transposed
  bool transposed = false;
  std::vector<std::int32_t> bias;  // by output, in units of the sums
  std::vector<float> scales;       // likewise: what a sum is multiplied by
  std::vector<float> float_bias;   // likewise, added to floats; empty: none
  std::int32_t input_point = 0;    // the byte that stands for 0
  // Where the net computes it: which operand it is, a float, to which `input_point` is added.
  std::size_t point_operand = 0;
  // Operand 0 is floats, quantised by the range of a sample's (DynamicQuantizeLinear); their scale
  // is multiplied in.
  bool quantise_rows = false;
  ByteOutput output;
  // Operand 1, bytes of the output's shape, is added: (byte - point) * scale.
  bool residual = false;
  float residual_point = 0.0F;
  float residual_scale = 0.0F;
  // Of floats, applied at last.
  Activation activation;
  std::string behind;  // for the name: " + relu"
};

std::unique_ptr<Kernel> MakeByteDense(ByteDenseParameters parameters);

}  // namespace biglittle::nn
