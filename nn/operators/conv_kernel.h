// A convolution as a step: fuses, then picks its algorithm.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "nn/kernel/kernel.h"
#include "nn/operators/conv_algorithm.h"
#include "nn/operators/conv_parameters.h"

namespace biglittle::nn {

// Can absorb, in this order, a batch normalisation, a sum with another feature map, and an
// activation. Works on feature maps stored channels last only: ToChannelsLast must be called.
class ConvKernel final : public Kernel {
 public:
  explicit ConvKernel(ConvParameters parameters) : parameters_(std::move(parameters)) {}

  void Run(const KernelArguments& arguments) const override;
  std::string Name() const override;
  std::int64_t MultiplyAdds() const override;
  std::int64_t WeightFloats() const override;
  std::int64_t ScratchFloats(std::int64_t max_batch, std::int64_t threads) const override;
  bool MayOverwrite(std::size_t operand) const override { return operand == 1; }

  bool Absorb(const Kernel& next) override;
  bool AbsorbSum() override { return parameters_.epilogue.AbsorbSum(); }
  std::unique_ptr<Kernel> InBytes(std::span<const ByteScale> operands,
                                  const ByteTarget& output) const override;
  bool PrefersChannelsLast() const override { return true; }
  bool ToChannelsLast() override { return true; }
  bool ReadPlanar() override;
  void Seal() override;

 private:
  bool AbsorbAffine(const ChannelAffine& affine);

  // By what a plan may have at most, so that a sample's bits do not depend on its company.
  const ConvAlgorithm& AlgorithmFor(std::int64_t max_batch) const {
    return many_ != nullptr && max_batch >= many_from_ ? *many_ : *algorithm_;
  }

  ConvParameters parameters_;
  std::unique_ptr<const ConvAlgorithm> algorithm_;
  std::unique_ptr<const ConvAlgorithm>
      many_;  // for plans of many_from_ samples or more; nullptr: none
  std::int64_t many_from_ = 0;
};

}  // namespace biglittle::nn
