#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/axes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/source.h"

namespace biglittle::nn {
namespace {

// Indices that are known at Load.
class GatherKernel final : public Kernel {
 public:
  // The indices are from -length to length - 1, where the negative ones count from the end.
  GatherKernel(const AxisExtents& extents, ConstantPtr indices)
      : extents_(extents), indices_(std::move(indices)) {}

  void Run(const KernelArguments& arguments) const override {
    const float* data = arguments.inputs[0];
    float* output = arguments.output;
    for (std::int64_t o = 0; o < arguments.batch * extents_.outer; ++o) {
      for (const std::int64_t given : indices_->ints) {
        const std::int64_t index = given < 0 ? given + extents_.length : given;
        output = std::copy_n(data + index * extents_.inner, extents_.inner, output);
      }
      data += extents_.length * extents_.inner;
    }
  }

 private:
  const AxisExtents extents_;
  const ConstantPtr indices_;
};

// Indices that the net computes. One that is out of range counts as the nearest that is not: a
// run cannot fail.
class LookUpKernel final : public Kernel {
 public:
  LookUpKernel(const AxisExtents& extents, std::int64_t indices, Source data)
      : extents_(extents), indices_(indices), data_(std::move(data)) {}

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* data = data_.Sample(arguments, n);
      const float* indices = arguments.inputs[0] + n * indices_;
      for (std::int64_t o = 0; o < extents_.outer; ++o) {
        for (std::int64_t i = 0; i < indices_; ++i) {
          output = std::copy_n(data + Index(indices[i]) * extents_.inner, extents_.inner, output);
        }
        data += extents_.length * extents_.inner;
      }
    }
  }

 private:
  std::int64_t Index(float given) const {
    const auto length = static_cast<float>(extents_.length);
    const float index = given < 0.0F ? given + length : given;
    // In this order of the arguments, what is no number becomes 0.
    return static_cast<std::int64_t>(std::min(std::max(0.0F, index), length - 1.0F));
  }

  const AxisExtents extents_;
  const std::int64_t indices_;  // of a sample
  const Source data_;
};

absl::StatusOr<Lowered> LowerLookUp(const NodeView& node, const AxisExtents& extents,
                                    TensorType output) {
  Computed computed{nullptr, {1}};
  absl::StatusOr<Source> data = Source::Make(node, 0, computed);
  if (!data.ok()) return data.status();
  if (extents.length < 1) return node.Invalid("its data has no rows");
  if (extents.length > kMaxExactInteger) return node.Unsupported("its data has too many rows");
  computed.kernel =
      std::make_unique<LookUpKernel>(extents, node.Type(1).elements(), *std::move(data));
  return Lowered{std::move(output), std::move(computed)};
}

}  // namespace

absl::StatusOr<Lowered> LowerGather(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const TensorType& type = node.Type(0);
  const TensorType& indices = node.Type(1);
  if (indices.element != ElementType::kInt64 && indices.element != ElementType::kInt32) {
    return node.Invalid(fmt::format("its indices are {}", Name(indices.element)));
  }
  const auto axis = node.InnerAxis(given, type);
  if (!axis.ok()) return axis.status();
  const auto at = type.dims.begin() + static_cast<std::ptrdiff_t>(*axis);
  Dims dims(type.dims.begin(), at);
  dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
  dims.insert(dims.end(), at + 1, type.dims.end());
  if (std::count(dims.begin(), dims.end(), kBatch) > 1 ||
      (indices.batched() && (*axis != 0 || type.batched()))) {
    return node.Unsupported("it would move the batch dimension from the front");
  }
  const AxisExtents extents{Product(type.dims, 0, *axis), *at,
                            Product(type.dims, *axis + 1, type.rank())};
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), type.element);
  if (!output.ok()) return output.status();
  if (!node.IsConstant(1)) return LowerLookUp(node, extents, *std::move(output));
  const auto outside = [&extents](std::int64_t index) {
    return index < -extents.length || index >= extents.length;
  };
  if (std::ranges::any_of(node.ConstantAt(1)->ints, outside)) {
    return node.Invalid("an index is out of range");
  }
  return UnaryMove(*std::move(output), std::make_unique<GatherKernel>(extents, node.ConstantAt(1)));
}

}  // namespace biglittle::nn
