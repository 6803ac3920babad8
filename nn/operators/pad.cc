#include <fmt/format.h>

#include <algorithm>
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

class PadKernel final : public Kernel {
 public:
  PadKernel(const Dims& input, const Dims& output, const std::vector<std::int64_t>& pads,
            float value)
      : input_elements_(Product(input, 0, static_cast<std::int64_t>(input.size()))),
        output_elements_(Product(output, 0, static_cast<std::int64_t>(output.size()))),
        value_(value) {
    const auto input_strides = DenseStrides(input);
    const auto output_strides = DenseStrides(output);
    for (std::size_t i = 1; i < input.size(); ++i) {
      loop_.Add(input[i], {input_strides[i], output_strides[i]});
      start_ += pads[i] * output_strides[i];
    }
  }

  void Run(const KernelArguments& arguments) const override {
    std::fill_n(arguments.output, arguments.batch * output_elements_, value_);
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* from = arguments.inputs[0] + n * input_elements_;
      float* to = arguments.output + n * output_elements_ + start_;
      loop_.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
        for (std::int64_t i = 0; i < length; ++i) {
          to[offsets[1] + i * strides[1]] = from[offsets[0] + i * strides[0]];
        }
      });
    }
  }

 private:
  const std::int64_t input_elements_;
  const std::int64_t output_elements_;
  const float value_;
  std::int64_t start_ = 0;  // where the input's first element goes
  StridedLoop<2> loop_;
};

struct PadParameters {
  std::vector<std::int64_t> pads;
  float value = 0.0F;
};

// Attributes before opset 11, inputs since.
absl::StatusOr<PadParameters> ReadParameters(const NodeView& node) {
  Attributes attributes(node);
  PadParameters parameters;
  const std::string mode = attributes.Text("mode", "constant");
  if (node.opset() < 11) {
    parameters.pads = attributes.Ints("pads");
    parameters.value = attributes.Float("value", 0.0F);
  }
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (mode != "constant") return node.Unsupported(fmt::format("mode {}", Quote(mode)));
  if (node.opset() < 11) return parameters;
  if (!node.Has(1)) return node.Invalid("it has no pads");
  const auto pads = node.Ints(1);
  if (!pads.ok()) return pads.status();
  parameters.pads = *pads;
  if (node.Has(2)) {
    const auto value = node.Scalar(2);
    if (!value.ok()) return value.status();
    parameters.value = *value;
  }
  return parameters;
}

}  // namespace

absl::StatusOr<Lowered> LowerPad(const NodeView& node) {
  const absl::StatusOr<TensorType> input = node.Batched(0);
  if (!input.ok()) return input.status();
  const absl::StatusOr<PadParameters> parameters = ReadParameters(node);
  if (!parameters.ok()) return parameters.status();
  const std::vector<std::int64_t>& pads = parameters->pads;
  const std::size_t rank = input->dims.size();
  if (pads.size() != 2 * rank) {
    return node.Invalid(fmt::format("pads must be {} numbers, they are {}", 2 * rank, pads.size()));
  }
  if (pads[0] != 0 || pads[rank] != 0) {
    return node.Unsupported("it would add samples to the batch");
  }
  Dims dims = input->dims;
  for (std::size_t i = 1; i < rank; ++i) {
    if (pads[i] < 0 || pads[i + rank] < 0) return node.Unsupported("negative pads");
    if (pads[i] > kMaxElements || pads[i + rank] > kMaxElements) {
      return node.Invalid("pads are absurdly large");
    }
    dims[i] += pads[i] + pads[i + rank];
  }
  absl::StatusOr<TensorType> output = node.Output(std::move(dims));
  if (!output.ok()) return output.status();
  auto kernel = std::make_unique<PadKernel>(input->dims, output->dims, pads, parameters->value);
  return Unary(*std::move(output), std::move(kernel));
}

}  // namespace biglittle::nn
