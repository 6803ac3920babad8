#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph.h"
#include "nn/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

class ConcatKernel final : public Kernel {
 public:
  // `blocks` are copied side by side, `repeats` times a sample.
  ConcatKernel(std::vector<std::int64_t> blocks, std::int64_t repeats)
      : blocks_(std::move(blocks)), repeats_(repeats) {}

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t i = 0; i < arguments.batch * repeats_; ++i) {
      for (std::size_t part = 0; part < blocks_.size(); ++part) {
        output = std::copy_n(arguments.inputs[part] + i * blocks_[part], blocks_[part], output);
      }
    }
  }

 private:
  const std::vector<std::int64_t> blocks_;
  const std::int64_t repeats_;
};

constexpr std::int64_t kMaxListed = 64;

// Lists of int64, as part of shape arithmetic (shape.cc).
absl::StatusOr<Lowered> LowerInts(const NodeView& node) {
  auto joined = std::make_shared<Constant>();
  for (int i = 0; i < node.input_count(); ++i) {
    const auto part = node.Ints(i);
    if (!part.ok()) return part.status();
    joined->ints.insert(joined->ints.end(), part->begin(), part->end());
    if (static_cast<std::int64_t>(joined->ints.size()) > kMaxListed) {
      return node.Unsupported("of int64 it joins only shapes");
    }
  }
  joined->type = {ElementType::kInt64, {static_cast<std::int64_t>(joined->ints.size())}};
  TensorType type = joined->type;
  return Lowered{std::move(type), ConstantPtr(std::move(joined))};
}

// The shape of all inputs joined along `axis`.
absl::StatusOr<Dims> Join(const NodeView& node, std::int64_t axis) {
  const auto at = static_cast<std::size_t>(axis);
  Dims dims = node.Type(0).dims;
  for (int i = 1; i < node.input_count(); ++i) {
    const absl::StatusOr<TensorType> type = node.Float(i);
    if (!type.ok()) return type.status();
    Dims expected = dims;
    if (type->dims.size() == expected.size()) expected[at] = type->dims[at];
    if (type->dims != expected) {
      return node.Invalid(fmt::format("inputs {} and {} cannot be joined along axis {}",
                                      ToString(node.Type(0).dims), ToString(type->dims), axis));
    }
    dims[at] += type->dims[at];
    if (dims[at] > kMaxElements) return node.Invalid("its output is too large");
  }
  return dims;
}

}  // namespace

absl::StatusOr<Lowered> LowerConcat(const NodeView& node) {
  Attributes attributes(node);
  if (!attributes.Has("axis")) return node.Invalid("it has no axis");
  const std::int64_t given = attributes.Int("axis", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  for (int i = 0; i < node.input_count(); ++i) {
    if (!node.Has(i)) return node.Invalid(fmt::format("input {} is left out", i));
  }
  if (node.Type(0).element == ElementType::kInt64) return LowerInts(node);
  const absl::StatusOr<TensorType> first = node.Float(0);
  if (!first.ok()) return first.status();
  const absl::StatusOr<std::int64_t> axis = node.InnerAxis(given, *first);
  if (!axis.ok()) return axis.status();
  absl::StatusOr<Dims> dims = Join(node, *axis);
  if (!dims.ok()) return dims.status();
  absl::StatusOr<TensorType> output = node.Output(*std::move(dims));
  if (!output.ok()) return output.status();

  Computed computed;
  std::vector<std::int64_t> blocks;
  for (int i = 0; i < node.input_count(); ++i) {
    blocks.push_back(Product(node.Type(i).dims, *axis, output->rank()));
    computed.operands.push_back(i);
  }
  computed.kernel =
      std::make_unique<ConcatKernel>(std::move(blocks), Product(output->dims, 0, *axis));
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace biglittle::nn
