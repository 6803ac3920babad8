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

#include "nn/graph.h"
#include "nn/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

constexpr std::int64_t kFill = -1;

// Of one dimension: which offset of the input each output position shows, or kFill.
using AxisMap = std::vector<std::int64_t>;

class PadKernel final : public Kernel {
 public:
  // `elements` of a sample of the input; `maps` of all dimensions but the batch, one at least.
  PadKernel(std::int64_t elements, std::vector<AxisMap> maps, float value)
      : elements_(elements), maps_(std::move(maps)), value_(value) {}

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      output = Fill(arguments.inputs[0] + n * elements_, 0, true, output);
    }
  }

 private:
  // Everything under dimension d; recursion is as deep as the rank. `inside` is false in the
  // padding of a dimension further out.
  float* Fill(const float* input, std::size_t d, bool inside, float* output) const {
    const AxisMap& map = maps_[d];
    if (d + 1 < maps_.size()) {
      for (const std::int64_t offset : map) {
        const bool seen = inside && offset != kFill;
        output = Fill(seen ? input + offset : input, d + 1, seen, output);
      }
      return output;
    }
    if (!inside) return std::fill_n(output, map.size(), value_);
    for (const std::int64_t offset : map) *output++ = offset == kFill ? value_ : input[offset];
    return output;
  }

  const std::int64_t elements_;
  const std::vector<AxisMap> maps_;
  const float value_;
};

enum class PadMode : std::uint8_t { kConstant, kReflect, kEdge };

struct PadParameters {
  PadMode mode = PadMode::kConstant;
  std::vector<std::int64_t> pads;
  float value = 0.0F;
};

absl::StatusOr<PadMode> ModeOf(const NodeView& node, const std::string& name) {
  if (name == "constant") return PadMode::kConstant;
  if (name == "reflect") return PadMode::kReflect;
  if (name == "edge") return PadMode::kEdge;
  return node.Unsupported(fmt::format("mode {}", Quote(name)));
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
  if (node.Has(2) && parameters.mode == PadMode::kConstant) {
    if (!node.IsConstant(2)) return node.Unsupported("input 2 must be a constant");
    const auto value = node.AsFloats(2);
    if (!value.ok()) return value.status();
    if (value->size() != 1) return node.Invalid("input 2 must be one number");
    parameters.value = value->front();
  }
  return parameters;
}

// What output position `i` of an axis shows, counted in the input's positions.
std::int64_t Source(PadMode mode, std::int64_t i, std::int64_t extent) {
  if (i >= 0 && i < extent) return i;
  switch (mode) {
    case PadMode::kConstant:
      return kFill;
    case PadMode::kReflect:
      return i < 0 ? -i : 2 * (extent - 1) - i;
    case PadMode::kEdge:
      return i < 0 ? 0 : extent - 1;
  }
  return kFill;
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
      if (pad <= -input[i]) return node.Invalid("its pads leave nothing");
    }
    dims[i] += both[0] + both[1];
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
  std::vector<AxisMap> maps;
  const std::vector<std::int64_t> strides = DenseStrides(input.dims);
  for (std::size_t d = 0; d < input.dims.size(); ++d) {
    if (input.dims[d] == kBatch) continue;
    AxisMap map;
    for (std::int64_t i = 0; i < output->dims[d]; ++i) {
      const std::int64_t source = Source(parameters->mode, i - parameters->pads[d], input.dims[d]);
      map.push_back(source == kFill ? kFill : source * strides[d]);
    }
    maps.push_back(std::move(map));
  }
  if (maps.empty()) return Lowered{*std::move(output), View{}};  // only samples of one number
  auto kernel = std::make_unique<PadKernel>(input.elements(), std::move(maps), parameters->value);
  return Unary(*std::move(output), std::move(kernel));
}

}  // namespace biglittle::nn
