// Convolutions of bytes: int8 and uint8 in, sums in 32 bits, bytes or floats out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "nn/kernel/kernel.h"
#include "nn/operators/byte_epilogue.h"
#include "nn/operators/byte_weights.h"
#include "nn/operators/window.h"

namespace biglittle::nn {

struct ByteConvParameters : ByteEpilogue {
  Window window;
  std::int64_t input_channels = 0;
  std::int64_t output_channels = 0;
  std::int64_t groups = 1;       // divides both
  ByteWeights weights;           // [output_channels, input_channels / groups, taps...]
  std::int32_t input_point = 0;  // the byte that stands for 0
  // Where the net computes it: which operand it is, a float, to which `input_point` is added.
  std::size_t point_operand = 0;

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

}  // namespace biglittle::nn
