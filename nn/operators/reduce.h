// What the reductions share besides their kernel: which dimensions, and the output's shape.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/node_view.h"
#include "nn/operators/pool_kernel.h"
#include "nn/operators/reduce_kernel.h"

namespace biglittle::nn {

struct ReduceParameters {
  std::vector<bool> reduced;  // one for each dimension; never the batch
  Dims dims;                  // of the output
};

// Reads axes and keepdims, and with them all attributes. The axes are an attribute before
// `input_since`, an input since.
absl::StatusOr<ReduceParameters> ReadReduction(const NodeView& node, std::int64_t input_since);

// True if what is reduced is all pixels of a feature map [N, C, ...], and nothing else.
bool ReducesPixels(const TensorType& type, const std::vector<bool>& reduced);

template <typename Reduction>
std::unique_ptr<Kernel> MakeReduction(const TensorType& type, const std::vector<bool>& reduced) {
  using Pooling = typename Reduction::Pooling;
  if constexpr (!std::is_void_v<Pooling>) {
    if (ReducesPixels(type, reduced)) {
      return std::make_unique<PoolKernel<Pooling>>(GlobalWindow(type.dims), type.dims[1],
                                                   Pooling{});
    }
  }
  return std::make_unique<ReduceKernel<Reduction>>(type.dims, reduced);
}

template <typename Reduction>
absl::StatusOr<Lowered> LowerReduction(const NodeView& node, std::int64_t input_since) {
  const TensorType* const input = &node.Type(0);
  if (input->element == ElementType::kText) return node.Unsupported("it reduces texts");
  absl::StatusOr<ReduceParameters> parameters = ReadReduction(node, input_since);
  if (!parameters.ok()) return parameters.status();
  absl::StatusOr<TensorType> output = node.Output(std::move(parameters->dims), input->element);
  if (!output.ok()) return output.status();
  return Unary(*std::move(output), MakeReduction<Reduction>(*input, parameters->reduced));
}

}  // namespace biglittle::nn
