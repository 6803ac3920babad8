// Rows times a constant matrix plus bias: Gemm, and MatMul where the right side is constant.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/epilogue.h"
#include "nn/operators/node_view.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {

struct DenseParameters {
  std::int64_t rows = 1;    // of a sample
  std::int64_t inputs = 0;  // length of a row
  std::int64_t outputs = 0;
  ConstantPtr weights;  // [inputs, outputs], or [outputs, inputs] if transposed
  bool transposed = false;
  float alpha = 1.0F;       // times the product
  std::vector<float> bias;  // one for each output
};

// The packed weights, if they are of a sane size.
absl::Status CheckPackedWeights(const NodeView& node, std::int64_t inputs, std::int64_t outputs);

// Can absorb a batch normalisation (or another bias), a sum, and an activation.
class DenseKernel final : public Kernel {
 public:
  explicit DenseKernel(DenseParameters parameters) : p_(std::move(parameters)) {}

  void Run(const KernelArguments& arguments) const override;
  std::string Name() const override;
  std::int64_t MultiplyAdds() const override { return p_.rows * p_.inputs * p_.outputs; }
  std::int64_t WeightFloats() const override { return packed_.floats(); }
  bool MayOverwrite(std::size_t operand) const override { return operand == 1; }
  bool Absorb(const Kernel& next) override;
  bool AbsorbSum() override { return epilogue_.AbsorbSum(); }
  std::unique_ptr<Kernel> InBytes(std::span<const ByteScale> operands,
                                  const ByteTarget& output) const override;
  bool ReadPixelsFirst(std::int64_t channels, std::int64_t pixels) override;
  void Seal() override;

 private:
  bool AbsorbAffine(const ChannelAffine& affine);

  DenseParameters p_;
  Epilogue epilogue_;
  std::vector<float> scale_;   // of each output's weights; empty: 1
  std::int64_t channels_ = 1;  // an input row lies as [inputs / channels, channels]
  simd::PackedMatrix packed_;
};

}  // namespace biglittle::nn
