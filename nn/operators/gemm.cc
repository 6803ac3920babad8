#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/dense_kernel.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

// beta * C, broadcast to one number for each output. Every sample gets the same.
absl::StatusOr<std::vector<float>> Bias(const NodeView& node, std::int64_t outputs, float beta) {
  std::vector<float> bias(static_cast<std::size_t>(outputs), 0.0F);
  if (!node.Has(2)) return bias;
  const absl::StatusOr<ConstantPtr> given = node.FloatConstant(2);
  if (!given.ok()) return given.status();
  const Dims& dims = (*given)->type.dims;
  const std::int64_t columns = dims.empty() ? 1 : dims.back();
  const bool one_row = dims.size() < 2 || (dims.size() == 2 && dims[0] == 1);
  if (!one_row || (columns != 1 && columns != outputs)) {
    return node.Invalid(fmt::format("bias {} cannot be broadcast to {} outputs of any sample",
                                    ToString(dims), outputs));
  }
  for (std::size_t m = 0; m < bias.size(); ++m) {
    bias[m] = beta * (*given)->floats[columns == 1 ? 0 : m];
    if (!std::isfinite(bias[m])) return node.Invalid("beta times bias is not finite");
  }
  return bias;
}

}  // namespace

absl::StatusOr<Lowered> LowerGemm(const NodeView& node) {
  const absl::StatusOr<TensorType> input = node.Batched(0);
  if (!input.ok()) return input.status();
  absl::StatusOr<ConstantPtr> weights = node.FloatConstant(1);
  if (!weights.ok()) return weights.status();
  Attributes attributes(node);
  const float alpha = attributes.Float("alpha", 1.0F);
  const float beta = attributes.Float("beta", 1.0F);
  const bool transpose_input = attributes.Int("transA", 0) != 0;
  const bool transposed = attributes.Int("transB", 0) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (transpose_input) return node.Unsupported("transA would mix the samples of a batch");

  const Dims& shape = (*weights)->type.dims;
  const std::size_t inner = transposed ? 1 : 0;
  if (input->rank() != 2 || shape.size() != 2 || shape[inner] != input->dims[1]) {
    return node.Invalid(fmt::format("shapes {} and {}{} cannot be multiplied",
                                    ToString(input->dims), ToString(shape),
                                    transposed ? " transposed" : ""));
  }
  const std::int64_t outputs = shape[1 - inner];
  absl::StatusOr<TensorType> output = node.Output({kBatch, outputs});
  if (!output.ok()) return output.status();
  absl::StatusOr<std::vector<float>> bias = Bias(node, outputs, beta);
  if (!bias.ok()) return bias.status();
  DenseParameters parameters;
  parameters.inputs = input->dims[1];
  parameters.outputs = outputs;
  parameters.weights = *std::move(weights);
  parameters.transposed = transposed;
  parameters.alpha = alpha;
  parameters.bias = *std::move(bias);
  return Unary(*std::move(output), std::make_unique<DenseKernel>(std::move(parameters)));
}

}  // namespace biglittle::nn
