#include "nn/operators/conv_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_conv.h"
#include "nn/operators/byte_weights.h"
#include "nn/operators/conv_algorithm.h"

namespace biglittle::nn {

void ConvKernel::Run(const KernelArguments& arguments) const {
  AlgorithmFor(arguments.max_batch).Run(arguments);
  parameters_.epilogue.Finish(arguments.output, arguments.batch * parameters_.output_floats(),
                              *arguments.workers);
}

std::string ConvKernel::Name() const {
  const ConvParameters& p = parameters_;
  std::string name = fmt::format("conv {}x{} {}->{}", p.window.y.kernel, p.window.x.kernel,
                                 p.input_channels, p.output_channels);
  if (p.window.y.stride > 1 || p.window.x.stride > 1) {
    name += fmt::format(" / {}", std::max(p.window.y.stride, p.window.x.stride));
  }
  if (p.groups > 1) name += fmt::format(" in {} groups", p.groups);
  name += p.epilogue.Name();
  if (algorithm_ != nullptr) name += fmt::format(", {}", algorithm_->Name());
  if (many_ != nullptr) name += fmt::format(" (from {} samples {})", many_from_, many_->Name());
  return name;
}

std::int64_t ConvKernel::MultiplyAdds() const {
  return parameters_.output_floats() * parameters_.depth();
}

std::int64_t ConvKernel::WeightFloats() const {
  std::int64_t floats = algorithm_ == nullptr ? 0 : algorithm_->WeightFloats();
  if (many_ != nullptr) floats += many_->WeightFloats();
  return floats;
}

std::int64_t ConvKernel::ScratchFloats(std::int64_t max_batch, std::int64_t threads) const {
  return AlgorithmFor(max_batch).ScratchFloats(max_batch, threads);
}

bool ConvKernel::Absorb(const Kernel& next) {
  if (const ChannelAffine* affine = next.AsChannelAffine()) return AbsorbAffine(*affine);
  return parameters_.epilogue.AbsorbActivation(next);
}

bool ConvKernel::AbsorbAffine(const ChannelAffine& affine) {
  if (!parameters_.epilogue.empty() || !affine.along_second ||
      affine.scale.size() != parameters_.bias.size())
    return false;
  // The weights may be shared with other nodes: the scale waits for them to be packed.
  std::vector<float> scale = parameters_.scale;
  if (scale.empty()) scale.assign(affine.scale.size(), 1.0F);
  std::vector<float> bias = parameters_.bias;
  const auto depth = static_cast<std::size_t>(parameters_.depth());
  bool finite = true;
  for (std::size_t m = 0; m < bias.size(); ++m) {
    scale[m] *= affine.scale[m];
    for (std::size_t i = m * depth; i < (m + 1) * depth; ++i) {
      finite = finite && std::isfinite(parameters_.weights->floats[i] * scale[m]);
    }
    bias[m] = bias[m] * affine.scale[m] + affine.shift[m];
    finite = finite && std::isfinite(bias[m]);
  }
  if (!finite) return false;
  parameters_.scale = std::move(scale);
  parameters_.bias = std::move(bias);
  return true;
}

std::unique_ptr<Kernel> ConvKernel::InBytes(std::span<const ByteScale> operands,
                                            const ByteTarget& output) const {
  const ConvParameters& p = parameters_;
  const WeightScales* const known = p.weights->quantised.get();
  const bool sum = p.epilogue.sum();
  if (known == nullptr || (output.bytes && !p.epilogue.clamps()) ||
      (sum && (p.IsDepthwise() || !output.bytes))) {
    return nullptr;
  }
  std::vector<float> units = known->scales;
  const auto channels = static_cast<std::size_t>(p.output_channels);
  if (units.size() == 1) units.resize(channels, units.front());
  if (units.size() != channels || known->axis != 0) return nullptr;
  ByteConvParameters b;
  b.window = p.window;
  b.input_channels = p.input_channels;
  b.output_channels = p.output_channels;
  b.groups = p.groups;
  b.input_point = operands[0].zero_point;
  b.weights = ByteWeights::OfFloats(p.weights, units);
  if (!b.weights.AreIntegers([&p](std::int64_t i) { return i / p.depth(); })) return nullptr;
  for (std::size_t m = 0; m < channels; ++m) {
    units[m] *= operands[0].scale;
    if (!p.scale.empty()) units[m] *= p.scale[m];
  }
  if (!b.Follow(p.epilogue, p.bias, units, operands, output)) return nullptr;
  return MakeByteConv(std::move(b));
}

bool ConvKernel::ReadPlanar() {
  // The direct algorithm copies its input in most cases, and can turn it on the way.
  parameters_.planar_input =
      !parameters_.IsDepthwise() && !WinogradPaysFrom(parameters_).has_value();
  return parameters_.planar_input;
}

void ConvKernel::Seal() {
  // A second copy of the weights is kept only where it is small.
  constexpr std::int64_t kMostFloats = 4 * 1024 * 1024;
  const std::optional<std::int64_t> winograd_from = WinogradPaysFrom(parameters_);
  if (parameters_.IsDepthwise()) {
    algorithm_ = MakeDepthwiseConv(parameters_);
  } else if (winograd_from == 1) {
    algorithm_ = MakeWinogradConv(parameters_);
  } else {
    algorithm_ = MakeDirectConv(parameters_);
    if (winograd_from.has_value() && 4 * algorithm_->WeightFloats() <= kMostFloats) {
      many_ = MakeWinogradConv(parameters_);
      many_from_ = *winograd_from;
    }
  }
  parameters_.weights = nullptr;  // the algorithm has a copy of its own, in its own order
}

}  // namespace biglittle::nn
