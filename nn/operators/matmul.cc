// Matrix product with NumPy's rules: the last two dimensions are matrices, those in front are
// broadcast, and a vector is a matrix of one row (left) or one column (right).
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
#include "nn/kernel/blas.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/dense_kernel.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/source.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

struct MatMulParameters {
  std::int64_t rows = 0;
  std::int64_t inner = 0;
  std::int64_t columns = 0;
  std::array<Source, 2> sides;
  StridedLoop<2> matrices;  // of one sample; offsets in elements
  std::int64_t count = 1;   // matrices of one sample
};

class MatMulKernel final : public Kernel {
 public:
  explicit MatMulKernel(MatMulParameters parameters) : p_(std::move(parameters)) {}

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* a = p_.sides[0].Sample(arguments, n);
      const float* b = p_.sides[1].Sample(arguments, n);
      p_.matrices.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
        for (std::int64_t i = 0; i < length; ++i, output += p_.rows * p_.columns) {
          MatrixProduct(p_.rows, p_.columns, p_.inner, 1.0F,
                        {a + offsets[0] + i * strides[0], p_.inner, false},
                        {b + offsets[1] + i * strides[1], p_.columns, false}, 0.0F, output,
                        p_.columns);
        }
      });
    }
  }
  std::int64_t MultiplyAdds() const override { return p_.count * p_.rows * p_.columns * p_.inner; }

 private:
  const MatMulParameters p_;
};

// Both shapes as matrices with equally many dimensions in front, and the product's shape.
struct Shapes {
  Dims a;
  Dims b;
  Dims output;  // with the dimensions that a vector does not have
};

absl::StatusOr<Shapes> Broadcast(const NodeView& node) {
  Shapes shapes{node.Type(0).dims, node.Type(1).dims, {}};
  const auto mismatch = [&node] {
    return node.Invalid(fmt::format("shapes {} and {} cannot be multiplied",
                                    ToString(node.Type(0).dims), ToString(node.Type(1).dims)));
  };
  if (shapes.a.empty() || shapes.b.empty()) return mismatch();
  if (shapes.a.size() == 1) shapes.a.insert(shapes.a.begin(), 1);
  if (shapes.b.size() == 1) shapes.b.push_back(1);
  const std::size_t rank = std::max(shapes.a.size(), shapes.b.size());
  shapes.a.insert(shapes.a.begin(), rank - shapes.a.size(), 1);
  shapes.b.insert(shapes.b.begin(), rank - shapes.b.size(), 1);
  if (shapes.a[rank - 1] != shapes.b[rank - 2]) return mismatch();
  for (std::size_t i = 0; i + 2 < rank; ++i) {
    const std::int64_t a = shapes.a[i];
    const std::int64_t b = shapes.b[i];
    if (a != b && a != 1 && b != 1) return mismatch();
    shapes.output.push_back(a == 1 ? b : a);
  }
  shapes.output.push_back(shapes.a[rank - 2]);
  shapes.output.push_back(shapes.b[rank - 1]);
  // The batch may be the rows of the left side, never what is summed over or the columns.
  const bool batched =
      std::ranges::count(shapes.output, kBatch) > 0 || shapes.a[rank - 1] == kBatch;
  const bool moved = std::ranges::count(shapes.output, kBatch) != 1 || shapes.output[0] != kBatch ||
                     shapes.a[rank - 1] == kBatch;
  if (batched && moved) return node.Unsupported("it would move the batch dimension from the front");
  return shapes;
}

// The shape of the result: without the dimension that a vector was given.
Dims ResultDims(const NodeView& node, const Dims& output) {
  Dims dims = output;
  if (node.Type(1).rank() == 1) dims.pop_back();
  if (node.Type(0).rank() == 1) dims.erase(dims.end() - (node.Type(1).rank() == 1 ? 1 : 2));
  return dims;
}

std::unique_ptr<Kernel> MakeDense(ConstantPtr weights, const Shapes& shapes) {
  DenseParameters parameters;
  parameters.inputs = shapes.a.back();
  parameters.outputs = shapes.b.back();
  parameters.rows = Product(shapes.a, 0, static_cast<std::int64_t>(shapes.a.size()) - 1);
  parameters.weights = std::move(weights);
  parameters.bias.assign(static_cast<std::size_t>(parameters.outputs), 0.0F);
  return std::make_unique<DenseKernel>(std::move(parameters));
}

std::unique_ptr<Kernel> MakeMatMul(const Shapes& shapes, std::array<Source, 2> sides) {
  MatMulParameters p;
  const std::size_t rank = shapes.a.size();
  p.rows = shapes.a[rank - 2];
  p.inner = shapes.a[rank - 1];
  p.columns = shapes.b[rank - 1];
  p.sides = std::move(sides);
  const auto a_strides = DenseStrides(shapes.a);
  const auto b_strides = DenseStrides(shapes.b);
  for (std::size_t i = 0; i + 2 < rank; ++i) {
    if (shapes.output[i] == kBatch) continue;
    p.matrices.Add(shapes.output[i],
                   {shapes.a[i] == 1 ? 0 : a_strides[i], shapes.b[i] == 1 ? 0 : b_strides[i]});
    p.count *= shapes.output[i];
  }
  return std::make_unique<MatMulKernel>(std::move(p));
}

}  // namespace

absl::StatusOr<Lowered> LowerMatMul(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  std::array<Source, 2> sides;
  Computed computed;
  for (int i = 0; i < 2; ++i) {
    const absl::StatusOr<TensorType> type = node.Float(i);
    if (!type.ok()) return type.status();
    absl::StatusOr<Source> side = Source::Make(node, i, computed);
    if (!side.ok()) return side.status();
    sides[static_cast<std::size_t>(i)] = *std::move(side);
  }
  absl::StatusOr<Shapes> shapes = Broadcast(node);
  if (!shapes.ok()) return shapes.status();
  absl::StatusOr<TensorType> output = node.Output(ResultDims(node, shapes->output));
  if (!output.ok()) return output.status();
  if (node.IsConstant(1) && !node.IsConstant(0) &&
      Product(shapes->b, 0, static_cast<std::int64_t>(shapes->b.size()) - 2) == 1) {
    if (absl::Status s = CheckPackedWeights(node, shapes->a.back(), shapes->b.back()); !s.ok()) {
      return s;
    }
    computed.kernel = MakeDense(sides[1].constant(), *shapes);
  } else {
    if (const absl::Status s = LoadBlas(); !s.ok())
      return node.Unsupported(std::string(s.message()));
    computed.kernel = MakeMatMul(*shapes, std::move(sides));
  }
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace biglittle::nn
