#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

class FillKernel final : public Kernel {
 public:
  FillKernel(float value, std::int64_t elements) : value_(value), elements_(elements) {}
  void Run(const KernelArguments& arguments) const override {
    std::fill_n(arguments.output, arguments.batch * elements_, value_);
  }

 private:
  const float value_;
  const std::int64_t elements_;  // of a sample
};

struct Filling {
  ElementType element = ElementType::kFloat32;
  float value = 0.0F;
};

absl::StatusOr<Filling> ReadFilling(const NodeView& node) {
  Attributes attributes(node);
  const ConstantPtr value = attributes.Tensor("value");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (value == nullptr) return Filling{};
  if (value->floats.size() + value->ints.size() != 1) {
    return node.Invalid("its value must be one number");
  }
  if (!value->floats.empty()) return Filling{value->type.element, value->floats[0]};
  if (value->ints[0] < -kMaxExactInteger || value->ints[0] > kMaxExactInteger) {
    return node.Unsupported("its value is an integer that no float32 equals");
  }
  return Filling{value->type.element, static_cast<float>(value->ints[0])};
}

}  // namespace

// If the shape begins with the size of the batch, the numbers are filled in at run time.
absl::StatusOr<Lowered> LowerConstantOfShape(const NodeView& node) {
  const absl::StatusOr<Filling> filling = ReadFilling(node);
  if (!filling.ok()) return filling.status();
  absl::StatusOr<Dims> dims = node.Ints(0);
  if (!dims.ok()) return dims.status();
  // Further behind it is for a recurrent layer to read, which takes what all samples share with a 1
  // in the batch's place.
  const bool one_for_batch = std::ranges::find(*dims, kBatch) > dims->begin() &&
                             std::ranges::find(*dims, kBatch) != dims->end();
  if (one_for_batch) std::ranges::replace(*dims, kBatch, 1);
  const TensorType asked{filling->element, *dims};
  if (asked.IsEmptyList()) {
    return Lowered{asked, std::make_shared<const Constant>(Constant{asked, {}, {}})};
  }
  absl::StatusOr<TensorType> type = node.Output(*std::move(dims), filling->element);
  if (!type.ok()) return type.status();
  auto kernel = std::make_unique<FillKernel>(filling->value, type->elements());
  return Lowered{*std::move(type), Computed{std::move(kernel), {}}, one_for_batch};
}

}  // namespace biglittle::nn
