// The ways to compute a convolution. All take the same parameters and can absorb a batch
// normalisation that follows, then an activation.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "nn/activation.h"
#include "nn/graph.h"
#include "nn/kernel.h"
#include "nn/operators/window.h"

namespace biglittle::nn {

struct ConvParameters {
  Window window;
  std::int64_t input_channels = 0;
  std::int64_t output_channels = 0;
  std::int64_t groups = 1;  // divides both
  ConstantPtr weights;      // [output_channels, input_channels / groups, taps...]
  std::vector<float> bias;  // one for each output channel
  Activation activation;    // applied last

  std::int64_t group_inputs() const { return input_channels / groups; }
  std::int64_t group_outputs() const { return output_channels / groups; }
  // Weights of one output channel.
  std::int64_t depth() const { return group_inputs() * window.taps(); }
};

class ConvKernel : public Kernel {
 public:
  explicit ConvKernel(ConvParameters parameters) : parameters_(std::move(parameters)) {}

  std::int64_t MultiplyAdds() const override;
  bool Absorb(const Kernel& next) override;

 protected:
  const ConvParameters& parameters() const { return parameters_; }
  const float* weights(std::int64_t output_channel) const {
    return parameters_.weights->floats.data() + output_channel * parameters_.depth();
  }
  // Adds the bias and applies the activation to `count` outputs of one channel.
  void Finish(std::int64_t output_channel, float* output, std::int64_t count) const;

 private:
  bool AbsorbAffine(const ChannelAffine& affine);

  ConvParameters parameters_;
};

// One tap a channel and no padding: the planes are the columns of a matrix as they lie.
class PointwiseConvKernel final : public ConvKernel {
 public:
  using ConvKernel::ConvKernel;
  void Run(const KernelArguments& arguments) const override;
};

// Copies what the windows see into a matrix, a tile of outputs at a time so that it stays in the
// cache, and multiplies. Source: K. Chellapilla, S. Puri, P. Simard, "High performance
// convolutional neural networks for document processing", 2006.
class Im2ColConvKernel final : public ConvKernel {
 public:
  using ConvKernel::ConvKernel;
  void Run(const KernelArguments& arguments) const override;
  std::int64_t ScratchFloats(std::int64_t max_batch) const override;

 private:
  std::int64_t TileOutputs() const;
};

// One input channel a group, with any number of outputs for each.
class DepthwiseConvKernel final : public ConvKernel {
 public:
  using ConvKernel::ConvKernel;
  void Run(const KernelArguments& arguments) const override;

 private:
  void RunPlane(const float* input, const float* weights, float* output) const;
};

}  // namespace biglittle::nn
