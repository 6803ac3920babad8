// Element-wise functions of any number of tensors with NumPy's broadcasting: Max, Min and Sum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/node_view.h"
#include "nn/operators/source.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {

// `Function` joins what it has so far with the next input's element.
template <typename Function>
class VariadicKernel final : public Kernel {
 public:
  struct Input {
    Source source;
    StridedLoop<1> loop;  // in the order of the output
  };

  // `elements` of a sample of the output.
  VariadicKernel(std::vector<Input> inputs, std::int64_t elements)
      : inputs_(std::move(inputs)), elements_(elements) {}

  void Run(const KernelArguments& arguments) const override {
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      float* output = arguments.output + n * elements_;
      Combine(inputs_[0], arguments, n, output, [](float /*so_far*/, float x) { return x; });
      for (std::size_t i = 1; i < inputs_.size(); ++i) {
        Combine(inputs_[i], arguments, n, output, Function{});
      }
    }
  }

 private:
  template <typename Join>
  static void Combine(const Input& input, const KernelArguments& arguments, std::int64_t n,
                      float* output, Join join) {
    const float* sample = input.source.Sample(arguments, n);
    input.loop.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
      const float* from = sample + offsets[0];
      for (std::int64_t i = 0; i < length; ++i) output[i] = join(output[i], from[i * strides[0]]);
      output += length;
    });
  }

  const std::vector<Input> inputs_;
  const std::int64_t elements_;
};

// The shape of all inputs together, which are float32.
absl::StatusOr<TensorType> BroadcastAll(const NodeView& node);

template <typename Function>
absl::StatusOr<Lowered> LowerVariadic(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  absl::StatusOr<TensorType> output = BroadcastAll(node);
  if (!output.ok()) return output.status();
  Computed computed;
  std::vector<typename VariadicKernel<Function>::Input> inputs;
  for (int i = 0; i < node.input_count(); ++i) {
    absl::StatusOr<Source> source = Source::Make(node, i, computed);
    if (!source.ok()) return source.status();
    StridedLoop<1> loop;
    const auto strides = BroadcastStrides(node.Type(i).dims, output->dims);
    for (std::size_t d = 0; d < strides.size(); ++d) {
      if (output->dims[d] != kBatch) loop.Add(output->dims[d], {strides[d]});
    }
    inputs.push_back({*std::move(source), loop});
  }
  computed.kernel =
      std::make_unique<VariadicKernel<Function>>(std::move(inputs), output->elements());
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace biglittle::nn
