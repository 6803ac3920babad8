// Rows times a constant matrix plus bias: Gemm, and MatMul where the right side is constant.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "nn/activation.h"
#include "nn/graph.h"
#include "nn/kernel.h"

namespace biglittle::nn {

struct DenseParameters {
  std::int64_t rows = 1;    // of a sample
  std::int64_t inputs = 0;  // length of a row
  std::int64_t outputs = 0;
  ConstantPtr weights;  // [inputs, outputs], or [outputs, inputs] if transposed
  bool transposed = false;
  float alpha = 1.0F;       // times the product
  std::vector<float> bias;  // one for each output
  Activation activation;    // applied last
};

// Can absorb an activation, and before it a batch normalisation if a sample is one row.
class DenseKernel final : public Kernel {
 public:
  explicit DenseKernel(DenseParameters parameters) : p_(std::move(parameters)) {}

  void Run(const KernelArguments& arguments) const override;
  std::int64_t MultiplyAdds() const override { return p_.rows * p_.inputs * p_.outputs; }
  bool Absorb(const Kernel& next) override;

 private:
  bool AbsorbAffine(const ChannelAffine& affine);

  DenseParameters p_;
};

}  // namespace biglittle::nn
