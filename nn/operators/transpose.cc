#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

class TransposeKernel final : public Kernel {
 public:
  // Output dimension i is input dimension permutation[i].
  TransposeKernel(const Dims& input, const std::vector<std::int64_t>& permutation)
      : elements_(Product(input, 0, static_cast<std::int64_t>(input.size()))) {
    const auto strides = DenseStrides(input);
    for (const std::int64_t source : permutation) {
      const auto i = static_cast<std::size_t>(source);
      if (input[i] != kBatch) loop_.Add(input[i], {strides[i]});
    }
  }

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* sample = arguments.inputs[0] + n * elements_;
      loop_.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
        const float* row = sample + offsets[0];
        for (std::int64_t i = 0; i < length; ++i) *output++ = row[i * strides[0]];
      });
    }
  }

 private:
  const std::int64_t elements_;
  StridedLoop<1> loop_;
};

bool IsPermutation(const std::vector<std::int64_t>& candidate, std::int64_t rank) {
  std::vector<std::int64_t> sorted = candidate;
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<std::int64_t>(i)) return false;
  }
  return static_cast<std::int64_t>(sorted.size()) == rank;
}

// True if only the batch and dimensions of 1 change their place, so that the elements stay in
// order.
bool KeepsOrder(const Dims& dims, const std::vector<std::int64_t>& permutation) {
  std::int64_t last = -1;
  for (const std::int64_t source : permutation) {
    const std::int64_t extent = dims[static_cast<std::size_t>(source)];
    if (extent == 1 || extent == kBatch) continue;
    if (source < last) return false;
    last = source;
  }
  return true;
}

// Of weights: what was known along an axis is known along its new place.
std::shared_ptr<const WeightScales> MovedScales(const NodeView& node,
                                                const std::vector<std::int64_t>& permutation) {
  if (!node.IsConstant(0) || node.ConstantAt(0)->quantised == nullptr) return nullptr;
  WeightScales scales = *node.ConstantAt(0)->quantised;
  scales.axis = std::ranges::find(permutation, scales.axis) - permutation.begin();
  return std::make_shared<const WeightScales>(std::move(scales));
}

}  // namespace

absl::StatusOr<Lowered> LowerTranspose(const NodeView& node) {
  const TensorType& input = node.Type(0);
  std::vector<std::int64_t> backwards(input.dims.size());
  for (std::size_t i = 0; i < backwards.size(); ++i) {
    backwards[i] = static_cast<std::int64_t>(backwards.size() - 1 - i);
  }
  Attributes attributes(node);
  const auto permutation = attributes.Ints("perm", backwards);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!IsPermutation(permutation, input.rank())) {
    return node.Invalid("perm is not a permutation of its input's dimensions");
  }
  Dims dims;
  for (const std::int64_t source : permutation) {
    dims.push_back(input.dims[static_cast<std::size_t>(source)]);
  }
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), input.element);
  if (!output.ok()) return output.status();
  if (KeepsOrder(input.dims, permutation)) return Lowered{*std::move(output), View{}};
  Lowered lowered =
      UnaryMove(*std::move(output), std::make_unique<TransposeKernel>(input.dims, permutation));
  std::get<Computed>(lowered.how).scales = MovedScales(node, permutation);
  return lowered;
}

}  // namespace biglittle::nn
