// What computes one step of a network, and what two neighbours may tell each other to become one.
//
// A kernel is made once, at Load, with its attributes checked, its shapes known and its weights in
// place. Once the network is complete it is immutable and shared by all contexts and threads; all
// that changes during a run is in KernelArguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "nn/activation.h"

namespace biglittle::nn {

// Buffers of one Run. Tensors are dense and row-major, one sample after the other.
struct KernelArguments {
  std::int64_t batch = 1;                // samples, >= 1
  std::span<const float* const> inputs;  // one for each operand of the step
  float* output = nullptr;               // may be an input's memory where MayOverwrite allows it
  float* scratch = nullptr;              // ScratchFloats floats, 64-byte aligned
};

// y = scale[c] * x + shift[c] for the c-th of dims[1].
struct ChannelAffine {
  std::vector<float> scale;
  std::vector<float> shift;
};

class Kernel {
 public:
  virtual ~Kernel() = default;

  // Cannot fail, does not allocate, writes every element of the output.
  virtual void Run(const KernelArguments& arguments) const = 0;

  // Multiply-adds of convolutions and matrix products, for one sample.
  virtual std::int64_t MultiplyAdds() const { return 0; }
  // Floats of scratch that a Run with up to `max_batch` samples needs.
  virtual std::int64_t ScratchFloats(std::int64_t /*max_batch*/) const { return 0; }
  // True if the output may be in the memory of this operand (of the same size).
  virtual bool MayOverwrite(std::size_t /*operand*/) const { return false; }

  // Fusion. Takes over the work of `next`, which alone reads this kernel's output; false if it
  // cannot, and then nothing has changed.
  virtual bool Absorb(const Kernel& /*next*/) { return false; }
  // What this kernel offers to be absorbed as.
  virtual std::optional<Activation> AsActivation() const { return std::nullopt; }
  virtual const ChannelAffine* AsChannelAffine() const { return nullptr; }
};

}  // namespace biglittle::nn
