#include "nn/operators/dense_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "nn/graph/graph.h"
#include "nn/kernel/activation.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_conv.h"
#include "nn/operators/byte_dense.h"
#include "nn/operators/byte_weights.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {

absl::Status CheckPackedWeights(const NodeView& node, std::int64_t inputs, std::int64_t outputs) {
  return node.Output({inputs, simd::PackedColumns(outputs)}).status();
}

void DenseKernel::Run(const KernelArguments& arguments) const {
  const std::int64_t rows = arguments.batch * p_.rows;
  const std::int64_t panel_blocks =
      (packed_.panels() + simd::kBlockPanels - 1) / simd::kBlockPanels;
  const std::int64_t row_blocks = (rows + simd::kBlockRows - 1) / simd::kBlockRows;
  const Clamp clamp = epilogue_.clamp();
  const simd::TileProduct product{&packed_, simd::kOneRun, p_.inputs, clamp.least, clamp.greatest};
  arguments.workers->ForEach(row_blocks * panel_blocks, [&](std::int64_t item, std::int64_t) {
    const std::int64_t first = item / panel_blocks * simd::kBlockRows;
    const std::int64_t count = std::min(simd::kBlockRows, rows - first);
    std::array<const float*, simd::kBlockRows> pointers;
    for (std::int64_t i = 0; i < count; ++i) {
      pointers[static_cast<std::size_t>(i)] = arguments.inputs[0] + (first + i) * p_.inputs;
    }
    simd::TileBlock block{std::span(pointers).first(static_cast<std::size_t>(count))};
    block.first_panel = item % panel_blocks * simd::kBlockPanels;
    block.last_panel = std::min(packed_.panels(), block.first_panel + simd::kBlockPanels);
    block.output = arguments.output + first * p_.outputs;
    block.stride = p_.outputs;
    if (epilogue_.sum()) block.residual = arguments.inputs[1] + first * p_.outputs;
    simd::Multiply(product, block);
  });
  epilogue_.Finish(arguments.output, rows * p_.outputs, *arguments.workers);
}

std::string DenseKernel::Name() const {
  std::string name = fmt::format("dense {}->{}", p_.inputs, p_.outputs);
  if (p_.rows > 1) name += fmt::format(" x {} rows", p_.rows);
  return name + epilogue_.Name();
}

bool DenseKernel::Absorb(const Kernel& next) {
  if (const ChannelAffine* affine = next.AsChannelAffine()) return AbsorbAffine(*affine);
  return epilogue_.AbsorbActivation(next);
}

bool DenseKernel::AbsorbAffine(const ChannelAffine& affine) {
  if (!epilogue_.empty() || !affine.along_last || affine.scale.size() != p_.bias.size())
    return false;
  // The weights may be shared with other nodes: the scale waits for them to be packed.
  std::vector<float> scale = scale_;
  if (scale.empty()) scale.assign(affine.scale.size(), 1.0F);
  std::vector<float> bias = p_.bias;
  const auto inputs = static_cast<std::size_t>(p_.inputs);
  const auto outputs = static_cast<std::size_t>(p_.outputs);
  bool finite = true;
  for (std::size_t m = 0; m < outputs; ++m) {
    scale[m] *= affine.scale[m];
    bias[m] = bias[m] * affine.scale[m] + affine.shift[m];
    finite = finite && std::isfinite(bias[m]);
  }
  const std::vector<float>& weights = p_.weights->floats;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float factor = scale[p_.transposed ? i / inputs : i % outputs];
    finite = finite && std::isfinite(p_.alpha * weights[i] * factor);
  }
  if (!finite) return false;
  scale_ = std::move(scale);
  p_.bias = std::move(bias);
  return true;
}

std::unique_ptr<Kernel> DenseKernel::InBytes(std::span<const ByteScale> operands,
                                             const ByteTarget& output) const {
  const WeightScales* const known = p_.weights->quantised.get();
  const bool sum = epilogue_.sum();
  if (known == nullptr || (output.bytes && !epilogue_.clamps()) || (sum && !output.bytes))
    return nullptr;
  // The weights may be seen under another shape; their columns are known of a matrix only.
  const auto outputs = static_cast<std::size_t>(p_.outputs);
  const std::int64_t rank = p_.weights->type.rank();
  std::vector<float> units = known->scales;
  const bool one = units.size() == 1;
  if (one) units.resize(outputs, units.front());
  if (!one && (units.size() != outputs || rank != 2 || known->axis != (p_.transposed ? 0 : 1))) {
    return nullptr;
  }
  ByteDenseParameters b;
  b.rows = p_.rows;
  b.inputs = p_.inputs;
  b.outputs = p_.outputs;
  b.transposed = !p_.transposed;  // of [outputs, inputs]
  b.input_point = operands[0].zero_point;
  b.weights = ByteWeights::OfFloats(p_.weights, units);
  const auto column = [this](std::int64_t i) {
    return p_.transposed ? i / p_.inputs : i % p_.outputs;
  };
  if (!b.weights.AreIntegers(column)) return nullptr;
  for (std::size_t m = 0; m < outputs; ++m) {
    units[m] *= operands[0].scale * p_.alpha;
    if (!scale_.empty()) units[m] *= scale_[m];
  }
  if (!b.Follow(epilogue_, p_.bias, units, operands, output)) return nullptr;
  return MakeByteDense(std::move(b));
}

bool DenseKernel::ReadPixelsFirst(std::int64_t channels, std::int64_t pixels) {
  if (p_.rows != 1 || p_.inputs != channels * pixels) return false;
  channels_ = channels;
  return true;
}

void DenseKernel::Seal() {
  const float* weights = p_.weights->floats.data();
  const std::int64_t pixels = p_.inputs / channels_;
  packed_ = simd::PackedMatrix(
      p_.inputs, p_.outputs,
      [&](std::int64_t k, std::int64_t column) {
        const std::int64_t row = k % channels_ * pixels + k / channels_;
        const float factor = scale_.empty() ? 1.0F : scale_[static_cast<std::size_t>(column)];
        const float weight =
            weights[p_.transposed ? column * p_.inputs + row : row * p_.outputs + column];
        return p_.alpha * weight * factor;
      },
      p_.bias);
  p_.weights = nullptr;  // packed_ has a copy in its own order
}

}  // namespace biglittle::nn
