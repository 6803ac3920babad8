// What computes one step of a network, and what two neighbours may tell each other to become one.
//
// A kernel is made at Load, with its attributes checked, its shapes known and its weights in place;
// then fused with its neighbours, told in which layout feature maps lie, and sealed. Once the
// network is complete it is immutable and shared by all contexts and threads; all that changes
// during a run is in KernelArguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nn/kernel/activation.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/workers.h"

namespace biglittle::nn {

// Buffers of one Run. Tensors are dense, one sample after the other.
struct KernelArguments {
  std::int64_t batch = 1;                // samples, >= 1
  std::int64_t max_batch = 1;            // the same for all Runs of a plan, as for ScratchFloats
  std::span<const float* const> inputs;  // one for each operand of the step
  float* output = nullptr;               // may be an input's memory where MayOverwrite allows it
  float* scratch = nullptr;              // ScratchFloats floats, 64-byte aligned
  Workers* workers = nullptr;            // never nullptr during a Run
};

// y = scale[c] * x + shift[c], where c counts along one dimension of x.
struct ChannelAffine {
  std::vector<float> scale;
  std::vector<float> shift;
  bool along_second = true;  // dims[1], the channels
  bool along_last = false;   // the last dimension
};

class Kernel {
 public:
  virtual ~Kernel() = default;

  // Cannot fail, does not allocate, writes every element of the output: the same bits for any
  // number of workers.
  virtual void Run(const KernelArguments& arguments) const = 0;

  // What it computes and how, in a few words: "conv 3x3 64->128, winograd".
  virtual std::string Name() const { return {}; }
  // Multiply-adds of convolutions and matrix products, for one sample.
  virtual std::int64_t MultiplyAdds() const { return 0; }
  // Elements that one sample's windows see, where they may overlap: more than one visit to each of
  // operands and output.
  virtual std::int64_t WindowVisits() const { return 0; }
  // Floats that it keeps for its weights.
  virtual std::int64_t WeightFloats() const { return 0; }
  // Floats of scratch that a Run with up to `max_batch` samples and `threads` workers needs.
  virtual std::int64_t ScratchFloats(std::int64_t /*max_batch*/, std::int64_t /*threads*/) const {
    return 0;
  }
  // True if the output may be in the memory of this operand (of the same size).
  virtual bool MayOverwrite(std::size_t /*operand*/) const { return false; }

  // Fusion, before the layouts are chosen. Takes over the work of `next`, which alone reads this
  // kernel's output; false if it cannot, and then nothing has changed.
  virtual bool Absorb(const Kernel& /*next*/) { return false; }
  // Adds one more operand, of the output's shape, to the result before the activation.
  virtual bool AbsorbSum() { return false; }
  // What this kernel offers to be absorbed as.
  virtual std::optional<Activation> AsActivation() const { return std::nullopt; }
  virtual const ChannelAffine* AsChannelAffine() const { return nullptr; }
  virtual bool IsSumOfTwo() const { return false; }  // of two operands of the output's shape

  // Bytes. Tensors of int8 and uint8 may be kept as bytes (byte_scale.h) where all sides agree; the
  // rest is floats. A kernel reads and writes what it says here, from the start.
  virtual bool ReadsBytes(std::size_t /*operand*/) const { return false; }
  virtual bool WritesBytes() const { return false; }
  // What it does, if that is no more than to quantise its operand, or to take a scale away.
  virtual std::optional<ByteScale> AsQuantize() const { return std::nullopt; }
  virtual std::optional<ByteScale> AsDequantize() const { return std::nullopt; }
  // The same function of bytes that stand for this kernel's operands, with the target's clamp
  // behind it; nullptr if there is none. Called after fusion, before the layouts are chosen.
  virtual std::unique_ptr<Kernel> InBytes(std::span<const ByteScale> /*operands*/,
                                          const ByteTarget& /*output*/) const {
    return nullptr;
  }
  // Each element of the output is an element of an operand.
  virtual bool PicksElements() const { return false; }

  // Layout. A feature map [N, C, H, W] or [N, C, L] is stored with the channels in front of the
  // pixels (planar, as the tensor's dimensions say) or behind them (channels last). A new kernel
  // reads and writes planar ones.
  virtual bool PrefersChannelsLast() const { return false; }
  // From now on all feature maps among operands and output are channels last; false if the kernel
  // cannot, and then nothing has changed.
  virtual bool ToChannelsLast() { return false; }
  // From now on operand 0 is planar although the kernel is ToChannelsLast.
  virtual bool ReadPlanar() { return false; }
  // From now on each sample of operand 0 lies as [pixels, channels] instead of [channels, pixels].
  virtual bool ReadPixelsFirst(std::int64_t /*channels*/, std::int64_t /*pixels*/) { return false; }

  // The last call before the first Run: packs the weights.
  virtual void Seal() {}
};

}  // namespace biglittle::nn
