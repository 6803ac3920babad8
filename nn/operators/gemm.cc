#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/blas.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/dense_kernel.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/source.h"

namespace biglittle::nn {
namespace {

struct GemmAttributes {
  float alpha = 1.0F;
  float beta = 1.0F;
  bool transpose_a = false;
  bool transpose_b = false;
};

// C, broadcast to the product.
struct FullBias {
  Source source;
  bool given = false;
  std::int64_t row_stride = 0;
  std::int64_t column_stride = 0;
};

// Both sides as matrices of one sample: any Gemm that is no DenseKernel.
class GemmKernel final : public Kernel {
 public:
  GemmKernel(const GemmAttributes& attributes, const TensorType& a, const TensorType& b,
             std::array<Source, 2> sides, FullBias bias)
      : g_(attributes),
        rows_(a.dims[g_.transpose_a ? 1 : 0]),
        inner_(a.dims[g_.transpose_a ? 0 : 1]),
        columns_(b.dims[g_.transpose_b ? 0 : 1]),
        sides_(std::move(sides)),
        bias_(std::move(bias)) {}

  // Such a net has no batch.
  void Run(const KernelArguments& arguments) const override {
    FillBias(arguments);
    MatrixProduct(
        rows_, columns_, inner_, g_.alpha,
        {sides_[0].Sample(arguments, 0), g_.transpose_a ? rows_ : inner_, g_.transpose_a},
        {sides_[1].Sample(arguments, 0), g_.transpose_b ? inner_ : columns_, g_.transpose_b}, 1.0F,
        arguments.output, columns_);
  }
  std::int64_t MultiplyAdds() const override { return rows_ * columns_ * inner_; }

 private:
  void FillBias(const KernelArguments& arguments) const {
    float* output = arguments.output;
    if (!bias_.given) {
      std::fill_n(output, rows_ * columns_, 0.0F);
      return;
    }
    const float* bias = bias_.source.Sample(arguments, 0);
    for (std::int64_t i = 0; i < rows_; ++i) {
      for (std::int64_t j = 0; j < columns_; ++j) {
        *output++ = g_.beta * bias[i * bias_.row_stride + j * bias_.column_stride];
      }
    }
  }

  const GemmAttributes g_;
  const std::int64_t rows_;
  const std::int64_t inner_;
  const std::int64_t columns_;
  const std::array<Source, 2> sides_;
  const FullBias bias_;
};

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

// Samples times constant weights.
absl::StatusOr<Lowered> LowerDense(const NodeView& node, const GemmAttributes& attributes,
                                   const TensorType& input, std::int64_t outputs) {
  absl::StatusOr<ConstantPtr> weights = node.FloatConstant(1);
  if (!weights.ok()) return weights.status();
  absl::StatusOr<TensorType> output = node.Output({kBatch, outputs});
  if (!output.ok()) return output.status();
  if (absl::Status s = CheckPackedWeights(node, input.dims[1], outputs); !s.ok()) return s;
  absl::StatusOr<std::vector<float>> bias = Bias(node, outputs, attributes.beta);
  if (!bias.ok()) return bias.status();
  DenseParameters parameters;
  parameters.inputs = input.dims[1];
  parameters.outputs = outputs;
  parameters.weights = *std::move(weights);
  parameters.transposed = attributes.transpose_b;
  parameters.alpha = attributes.alpha;
  parameters.bias = *std::move(bias);
  return Unary(*std::move(output), std::make_unique<DenseKernel>(std::move(parameters)));
}

absl::StatusOr<FullBias> ReadFullBias(const NodeView& node, const TensorType& output,
                                      Computed& computed) {
  if (!node.Has(2)) return FullBias{};
  if (const auto type = node.Float(2); !type.ok()) return type.status();
  absl::StatusOr<Source> given = Source::Make(node, 2, computed);
  if (!given.ok()) return given.status();
  const Dims& dims = node.Type(2).dims;
  const absl::StatusOr<Dims> common = Broadcast(node, dims, output.dims);
  if (!common.ok()) return common.status();
  if (*common != output.dims) {
    return node.Invalid(
        fmt::format("bias {} cannot be broadcast to {}", ToString(dims), ToString(output.dims)));
  }
  const auto strides = BroadcastStrides(dims, output.dims);
  return FullBias{*std::move(given), true, strides[0], strides[1]};
}

// Two matrices without a batch.
absl::StatusOr<Lowered> LowerMatrices(const NodeView& node, const GemmAttributes& attributes) {
  const TensorType& a = node.Type(0);
  const TensorType& b = node.Type(1);
  absl::StatusOr<TensorType> output =
      node.Output({a.dims[attributes.transpose_a ? 1 : 0], b.dims[attributes.transpose_b ? 0 : 1]});
  if (!output.ok()) return output.status();
  Computed computed;
  absl::StatusOr<Source> left = Source::Make(node, 0, computed);
  if (!left.ok()) return left.status();
  absl::StatusOr<Source> right = Source::Make(node, 1, computed);
  if (!right.ok()) return right.status();
  absl::StatusOr<FullBias> bias = ReadFullBias(node, *output, computed);
  if (!bias.ok()) return bias.status();
  if (const absl::Status s = LoadBlas(); !s.ok()) return node.Unsupported(std::string(s.message()));
  computed.kernel = std::make_unique<GemmKernel>(
      attributes, a, b, std::array<Source, 2>{*std::move(left), *std::move(right)},
      *std::move(bias));
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace

absl::StatusOr<Lowered> LowerGemm(const NodeView& node) {
  Attributes attributes(node);
  GemmAttributes gemm;
  gemm.alpha = attributes.Float("alpha", 1.0F);
  gemm.beta = attributes.Float("beta", 1.0F);
  gemm.transpose_a = attributes.Int("transA", 0) != 0;
  gemm.transpose_b = attributes.Int("transB", 0) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> a = node.Float(0);
  if (!a.ok()) return a.status();
  const absl::StatusOr<TensorType> b = node.Float(1);
  if (!b.ok()) return b.status();
  if (a->batched() && gemm.transpose_a) {
    return node.Unsupported("transA would mix the samples of a batch");
  }
  const std::size_t inner = gemm.transpose_b ? 1 : 0;
  if (a->rank() != 2 || b->rank() != 2 || b->dims[inner] != a->dims[gemm.transpose_a ? 0 : 1]) {
    return node.Invalid(fmt::format("shapes {} and {}{} cannot be multiplied", ToString(a->dims),
                                    ToString(b->dims), gemm.transpose_b ? " transposed" : ""));
  }
  if (a->batched()) return LowerDense(node, gemm, *a, b->dims[1 - inner]);
  if (b->batched()) return node.Unsupported("its right side must not depend on the net's input");
  return LowerMatrices(node, gemm);
}

}  // namespace biglittle::nn
