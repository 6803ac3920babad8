// The ways to compute a convolution on feature maps stored channels last.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "nn/kernel/kernel.h"
#include "nn/operators/conv_parameters.h"

namespace biglittle::nn {

// Immutable. Takes what it needs from the parameters and does not keep them.
class ConvAlgorithm {
 public:
  virtual ~ConvAlgorithm() = default;
  // As Kernel::Run. Applies of the epilogue the sum and the clamp, nothing else.
  virtual void Run(const KernelArguments& arguments) const = 0;
  virtual std::int64_t ScratchFloats(std::int64_t max_batch, std::int64_t threads) const = 0;
  virtual std::int64_t WeightFloats() const = 0;
  virtual std::string_view Name() const = 0;
};

// Any convolution: each output pixel is a row of a tile product (nn/simd/tile_product.h).
std::unique_ptr<ConvAlgorithm> MakeDirectConv(const ConvParameters& parameters);
// One input and one output channel a group: vectors of channels, no product of matrices.
std::unique_ptr<ConvAlgorithm> MakeDepthwiseConv(const ConvParameters& parameters);
// 3x3, stride 1, no dilation, one group. Source: A. Lavin, S. Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2016, F(4x4, 3x3).
std::unique_ptr<ConvAlgorithm> MakeWinogradConv(const ConvParameters& parameters);
// From how many samples on the Winograd algorithm is faster than the direct one: 1, a few where its
// larger weights have to be shared, nullopt if never (or it cannot compute this convolution).
std::optional<std::int64_t> WinogradPaysFrom(const ConvParameters& parameters);

}  // namespace biglittle::nn
