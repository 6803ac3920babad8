// What convolutions and dense layers of bytes do with their sums on the way out, as epilogue.h has
// it for those of floats.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nn/kernel/activation.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/epilogue.h"
#include "nn/simd/byte_product.h"

namespace biglittle::nn {

// What becomes of the sums of a product of bytes.
struct ByteOutput {
  bool floats = false;
  std::int32_t zero_point = 0;  // of bytes
  // Bounds of what a sum times its scale may be.
  float least = 0.0F;
  float greatest = 255.0F;

  // Of bytes of that scale.
  static ByteOutput Bytes(const ByteScale& scale) {
    return {false, scale.zero_point, scale.least(), scale.greatest()};
  }
  static ByteOutput Floats();
  static ByteOutput Of(const ByteTarget& target);
  // Applies a clamp of the numbers that the bytes stand for.
  void Narrow(const Clamp& clamp, float scale);
};

struct ByteEpilogue {
  std::vector<std::int32_t> bias;  // by output channel, in units of the sums
  std::vector<float> scales;       // likewise: what a sum is multiplied by
  ByteOutput output;
  // Operand 1, bytes of the output's shape, is added: (byte - point) * scale.
  bool residual = false;
  float residual_point = 0.0F;
  float residual_scale = 0.0F;
  // Of floats, applied at last.
  Activation activation;
  std::string behind;  // for the name: " + relu"

  // Makes it do what `epilogue` does in floats behind `bias`. `units`: what 1 of a sum stands for,
  // by output channel. False if a bias is beyond what 32 bits hold.
  bool Follow(const Epilogue& epilogue, const std::vector<float>& bias_of_floats,
              const std::vector<float>& units, std::span<const ByteScale> operands,
              const ByteTarget& target);

  // For simd::Multiply, which is still to be told where its arrays are.
  simd::ByteFinish Finish() const;
};

}  // namespace biglittle::nn
