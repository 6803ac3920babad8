#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/axes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

enum class PadMode : std::uint8_t { kConstant, kReflect, kEdge, kWrap };

// One dimension: output position o shows the input's position o - pad, if there is one.
struct PadAxis {
  std::int64_t extent = 1;  // of the input
  std::int64_t stride = 1;  // of the input
  std::int64_t pad = 0;     // in front; negative where positions are taken away
  std::int64_t output = 1;

  bool IsInside(std::int64_t o) const { return o >= pad && o < pad + extent; }
  // The input's position that o outside the input shows, unless the mode is kConstant. A reflected
  // pad is smaller than the extent.
  std::int64_t Position(PadMode mode, std::int64_t o) const {
    const std::int64_t i = o - pad;
    if (mode == PadMode::kEdge) return i < 0 ? 0 : extent - 1;
    if (mode == PadMode::kWrap) return (i % extent + extent) % extent;
    return i < 0 ? -i : 2 * (extent - 1) - i;
  }
};

class PadKernel final : public Kernel {
 public:
  // `elements` of a sample of the input; all dimensions but the batch, one at least.
  PadKernel(std::int64_t elements, std::vector<PadAxis> axes, PadMode mode, float value)
      : elements_(elements), axes_(std::move(axes)), mode_(mode), value_(value) {}

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      output = Fill(arguments.inputs[0] + n * elements_, 0, output);
    }
  }

 private:
  // Everything under dimension d, of which `input` is position 0, or nullptr in the padding of a
  // dimension further out. Recursion is as deep as the rank.
  float* Fill(const float* input, std::size_t d, float* output) const {
    const PadAxis& axis = axes_[d];
    if (d + 1 == axes_.size()) return FillRow(input, axis, output);
    for (std::int64_t o = 0; o < axis.output; ++o) {
      const float* below = nullptr;
      if (input != nullptr && axis.IsInside(o)) {
        below = input + (o - axis.pad) * axis.stride;
      } else if (input != nullptr && mode_ != PadMode::kConstant) {
        below = input + axis.Position(mode_, o) * axis.stride;
      }
      output = Fill(below, d + 1, output);
    }
    return output;
  }

  float* FillRow(const float* input, const PadAxis& axis, float* output) const {
    if (input == nullptr) return std::fill_n(output, axis.output, value_);
    const std::int64_t first = std::max<std::int64_t>(axis.pad, 0);
    const std::int64_t last = std::min(axis.pad + axis.extent, axis.output);
    for (std::int64_t o = 0; o < first; ++o) *output++ = Outside(input, axis, o);
    output = std::copy_n(input + first - axis.pad, last - first, output);
    for (std::int64_t o = last; o < axis.output; ++o) *output++ = Outside(input, axis, o);
    return output;
  }

  float Outside(const float* input, const PadAxis& axis, std::int64_t o) const {
    return mode_ == PadMode::kConstant ? value_ : input[axis.Position(mode_, o)];
  }

  const std::int64_t elements_;
  const std::vector<PadAxis> axes_;
  const PadMode mode_;
  const float value_;
};

struct PadParameters {
  PadMode mode = PadMode::kConstant;
  std::vector<std::int64_t> pads;
  float value = 0.0F;
};

absl::StatusOr<PadMode> ModeOf(const NodeView& node, const std::string& name) {
  if (name == "constant") return PadMode::kConstant;
  if (name == "reflect") return PadMode::kReflect;
  if (name == "edge") return PadMode::kEdge;
  if (name == "wrap" && node.opset() >= 19) return PadMode::kWrap;
  return node.Unsupported(fmt::format("mode {}", Quote(name)));
}

// Pads of the axes that input 3 names (since opset 18), as pads of all.
absl::StatusOr<std::vector<std::int64_t>> OfAllAxes(const NodeView& node,
                                                    const std::vector<std::int64_t>& pads) {
  const auto axes = node.Ints(3);
  if (!axes.ok()) return axes.status();
  const std::int64_t rank = node.Type(0).rank();
  if (const auto marked = MarkAxes(node, *axes, rank); !marked.ok()) return marked.status();
  if (pads.size() != 2 * axes->size()) {
    return node.Invalid(fmt::format("{} pads for {} axes", pads.size(), axes->size()));
  }
  std::vector<std::int64_t> all(2 * static_cast<std::size_t>(rank), 0);
  for (std::size_t i = 0; i < axes->size(); ++i) {
    const auto axis = static_cast<std::size_t>(*node.Axis((*axes)[i], rank));
    all[axis] = pads[i];
    all[axis + static_cast<std::size_t>(rank)] = pads[i + axes->size()];
  }
  return all;
}

// Attributes before opset 11, inputs since.
absl::StatusOr<PadParameters> ReadParameters(const NodeView& node) {
  Attributes attributes(node);
  PadParameters parameters;
  const absl::StatusOr<PadMode> mode = ModeOf(node, attributes.Text("mode", "constant"));
  if (node.opset() < 11) {
    parameters.pads = attributes.Ints("pads");
    parameters.value = attributes.Float("value", 0.0F);
  }
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!mode.ok()) return mode.status();
  parameters.mode = *mode;
  if (node.opset() < 11) return parameters;
  if (!node.Has(1)) return node.Invalid("it has no pads");
  const auto pads = node.Ints(1);
  if (!pads.ok()) return pads.status();
  parameters.pads = *pads;
  if (node.Has(3)) {
    const auto all = OfAllAxes(node, parameters.pads);
    if (!all.ok()) return all.status();
    parameters.pads = *all;
  }
  if (node.Has(2) && parameters.mode == PadMode::kConstant) {
    if (!node.IsConstant(2)) return node.Unsupported("input 2 must be a constant");
    const auto value = node.AsFloats(2);
    if (!value.ok()) return value.status();
    if (value->size() != 1) return node.Invalid("input 2 must be one number");
    parameters.value = value->front();
  }
  return parameters;
}

// The output's shape; negative pads take away.
absl::StatusOr<Dims> PaddedDims(const NodeView& node, const Dims& input,
                                const PadParameters& parameters) {
  const std::vector<std::int64_t>& pads = parameters.pads;
  const std::size_t rank = input.size();
  if (pads.size() != 2 * rank || rank == 0) {
    return node.Invalid(fmt::format("pads must be {} numbers, they are {}", 2 * rank, pads.size()));
  }
  Dims dims = input;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::array<std::int64_t, 2> both = {pads[i], pads[i + rank]};
    if (dims[i] == kBatch) {
      if (both[0] != 0 || both[1] != 0) {
        return node.Unsupported("it would add samples to the batch");
      }
      continue;
    }
    for (const std::int64_t pad : both) {
      if (pad > kMaxElements || pad < -kMaxElements) {
        return node.Invalid("pads are absurdly large");
      }
      if (parameters.mode == PadMode::kReflect && pad >= input[i]) {
        return node.Invalid(fmt::format("{} numbers cannot be reflected by {}", input[i], pad));
      }
    }
    dims[i] += both[0] + both[1];
    if (parameters.mode == PadMode::kReflect && std::min(both[0], both[1]) < 0 &&
        std::max(both[0], both[1]) > 0) {
      return node.Unsupported("it reflects on one side and takes away on the other");
    }
    // So that something of the input stays.
    if (std::min<std::int64_t>(both[0], 0) + std::min<std::int64_t>(both[1], 0) <= -input[i]) {
      return node.Invalid("its pads leave nothing");
    }
  }
  return dims;
}

}  // namespace

absl::StatusOr<Lowered> LowerPad(const NodeView& node) {
  const TensorType& input = node.Type(0);
  const absl::StatusOr<PadParameters> parameters = ReadParameters(node);
  if (!parameters.ok()) return parameters.status();
  absl::StatusOr<Dims> dims = PaddedDims(node, input.dims, *parameters);
  if (!dims.ok()) return dims.status();
  absl::StatusOr<TensorType> output = node.Output(*std::move(dims), input.element);
  if (!output.ok()) return output.status();
  std::vector<PadAxis> axes;
  const std::vector<std::int64_t> strides = DenseStrides(input.dims);
  for (std::size_t d = 0; d < input.dims.size(); ++d) {
    if (input.dims[d] == kBatch) continue;
    axes.push_back({input.dims[d], strides[d], parameters->pads[d], output->dims[d]});
  }
  if (axes.empty()) return Lowered{*std::move(output), View{}};  // samples of one number
  auto kernel = std::make_unique<PadKernel>(input.elements(), std::move(axes), parameters->mode,
                                            parameters->value);
  return Unary(*std::move(output), std::move(kernel));
}

}  // namespace biglittle::nn
