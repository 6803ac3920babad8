// Convolutions of bytes: int8 and uint8 in, sums in 32 bits, bytes or floats out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nn/kernel/activation.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_weights.h"
#include "nn/operators/window.h"
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

struct ByteConvParameters {
  Window window;
  std::int64_t input_channels = 0;
  std::int64_t output_channels = 0;
  std::int64_t groups = 1;         // divides both
  ByteWeights weights;             // [output_channels, input_channels / groups, taps...]
  std::vector<std::int32_t> bias;  // by output channel, in units of the sums
  std::vector<float> scales;       // likewise: what a sum is multiplied by
  std::int32_t input_point = 0;    // the byte that stands for 0
  // Where the net computes it: which operand it is, a float, to which `input_point` is added.
  std::size_t point_operand = 0;
  ByteOutput output;
  // Operand 1, bytes of the output's shape, is added: (byte - point) * scale.
  bool residual = false;
  float residual_point = 0.0F;
  float residual_scale = 0.0F;
  // Of floats, applied at last.
  Activation activation;
  std::string behind;  // for the name: " + relu"

  std::int64_t group_inputs() const { return input_channels / groups; }
  std::int64_t group_outputs() const { return output_channels / groups; }
  std::int64_t depth() const { return group_inputs() * window.taps(); }
  bool IsDepthwise() const { return groups > 1 && group_inputs() == 1 && group_outputs() == 1; }
  std::int32_t weight(std::int64_t output_channel, std::int64_t channel, std::int64_t tap) const {
    const std::int64_t row = output_channel * group_inputs() + channel;
    return weights.At(row * window.taps() + tap, output_channel);
  }
};

// Works on feature maps stored channels last, as ConvKernel does.
std::unique_ptr<Kernel> MakeByteConv(ByteConvParameters parameters);

// The two ways: any convolution, or one channel a group.
class ByteConvAlgorithm {
 public:
  virtual ~ByteConvAlgorithm() = default;
  virtual void Run(const KernelArguments& arguments) const = 0;
  virtual std::int64_t ScratchFloats(std::int64_t max_batch, std::int64_t threads) const = 0;
  virtual std::int64_t WeightFloats() const = 0;
  virtual const char* Name() const = 0;
};
// `planar`: the input's channels lie in front of its pixels.
std::unique_ptr<ByteConvAlgorithm> MakeByteDirectConv(const ByteConvParameters& parameters,
                                                      bool planar);
std::unique_ptr<ByteConvAlgorithm> MakeByteDepthwiseConv(const ByteConvParameters& parameters);

// A bias as a number of the sums' units; false if it is beyond what 32 bits hold.
bool ToSumUnits(const std::vector<float>& bias, const std::vector<float>& units,
                std::vector<std::int32_t>& result);

}  // namespace biglittle::nn
