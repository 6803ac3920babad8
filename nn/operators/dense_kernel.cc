#include "nn/operators/dense_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "nn/activation.h"
#include "nn/blas.h"
#include "nn/graph.h"
#include "nn/kernel.h"

namespace biglittle::nn {

void DenseKernel::Run(const KernelArguments& arguments) const {
  const std::int64_t rows = arguments.batch * p_.rows;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::ranges::copy(p_.bias, arguments.output + row * p_.outputs);
  }
  MatrixProduct(rows, p_.outputs, p_.inputs, p_.alpha, {arguments.inputs[0], p_.inputs, false},
                {p_.weights->floats.data(), p_.transposed ? p_.inputs : p_.outputs, p_.transposed},
                1.0F, arguments.output, p_.outputs);
  if (p_.activation.kind == ActivationKind::kNone) return;
  Apply(p_.activation, 0.0F, arguments.output, arguments.output, rows * p_.outputs);
}

bool DenseKernel::Absorb(const Kernel& next) {
  if (p_.activation.kind != ActivationKind::kNone) return false;
  if (const ChannelAffine* affine = next.AsChannelAffine()) return AbsorbAffine(*affine);
  const std::optional<Activation> activation = next.AsActivation();
  if (!activation.has_value()) return false;
  p_.activation = *activation;
  return true;
}

bool DenseKernel::AbsorbAffine(const ChannelAffine& affine) {
  if (p_.rows != 1 || affine.scale.size() != p_.bias.size()) return false;
  auto scaled = std::make_shared<Constant>(*p_.weights);
  auto bias = p_.bias;
  const auto inputs = static_cast<std::size_t>(p_.inputs);
  const auto outputs = static_cast<std::size_t>(p_.outputs);
  bool finite = true;
  for (std::size_t i = 0; i < scaled->floats.size(); ++i) {
    scaled->floats[i] *= affine.scale[p_.transposed ? i / inputs : i % outputs];
    finite = finite && std::isfinite(scaled->floats[i]);
  }
  for (std::size_t m = 0; m < outputs; ++m) {
    bias[m] = bias[m] * affine.scale[m] + affine.shift[m];
    finite = finite && std::isfinite(bias[m]);
  }
  if (!finite) return false;
  p_.weights = std::move(scaled);
  p_.bias = std::move(bias);
  return true;
}

}  // namespace biglittle::nn
