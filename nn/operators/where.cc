#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/integers.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/source.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {
namespace {

class WhereKernel final : public Kernel {
 public:
  // The condition, and what is taken where it holds and where it does not.
  WhereKernel(std::array<Source, 3> sources, const StridedLoop<3>& loop)
      : sources_(std::move(sources)), loop_(loop) {}

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* condition = sources_[0].Sample(arguments, n);
      const float* yes = sources_[1].Sample(arguments, n);
      const float* no = sources_[2].Sample(arguments, n);
      loop_.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
        for (std::int64_t i = 0; i < length; ++i) {
          const bool holds = condition[offsets[0] + i * strides[0]] != 0.0F;
          *output++ = holds ? yes[offsets[1] + i * strides[1]] : no[offsets[2] + i * strides[2]];
        }
      });
    }
  }

 private:
  const std::array<Source, 3> sources_;
  const StridedLoop<3> loop_;
};

// Shapes, with the size of the batch among them.
absl::StatusOr<Lowered> ChooseIntegers(const NodeView& node, TensorType type,
                                       const StridedLoop<3>& loop) {
  if (type.elements() > kMaxIntegers) return node.Unsupported("it chooses among many integers");
  auto chosen = std::make_shared<Constant>(Constant{type, {}, {}});
  loop.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
    for (std::int64_t i = 0; i < length; ++i) {
      const auto at = [&](std::size_t input) {
        const std::int64_t position = offsets[input] + i * strides[input];
        return node.ConstantAt(static_cast<int>(input))->ints[static_cast<std::size_t>(position)];
      };
      chosen->ints.push_back(at(0) != 0 ? at(1) : at(2));
    }
  });
  return Lowered{std::move(type), ConstantPtr(std::move(chosen))};
}

absl::StatusOr<TensorType> OutputType(const NodeView& node) {
  const TensorType& yes = node.Type(1);
  if (node.Type(0).element != ElementType::kBool || node.Type(2).element != yes.element) {
    return node.Invalid(fmt::format("it chooses between {} and {} by {}", Name(yes.element),
                                    Name(node.Type(2).element), Name(node.Type(0).element)));
  }
  const absl::StatusOr<Dims> both = Broadcast(node, yes.dims, node.Type(2).dims);
  if (!both.ok()) return both.status();
  absl::StatusOr<Dims> dims = Broadcast(node, node.Type(0).dims, *both);
  if (!dims.ok()) return dims.status();
  return node.Output(*std::move(dims), yes.element);
}

}  // namespace

absl::StatusOr<Lowered> LowerWhere(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  absl::StatusOr<TensorType> output = OutputType(node);
  if (!output.ok()) return output.status();
  const auto condition = BroadcastStrides(node.Type(0).dims, output->dims);
  const auto yes = BroadcastStrides(node.Type(1).dims, output->dims);
  const auto no = BroadcastStrides(node.Type(2).dims, output->dims);
  StridedLoop<3> loop;
  for (std::size_t i = 0; i < output->dims.size(); ++i) {
    if (output->dims[i] != kBatch) loop.Add(output->dims[i], {condition[i], yes[i], no[i]});
  }
  if (node.AllConstant() && output->element != ElementType::kFloat32) {
    return ChooseIntegers(node, *std::move(output), loop);
  }
  Computed computed;
  std::array<Source, 3> sources;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    absl::StatusOr<Source> source = Source::Make(node, static_cast<int>(i), computed);
    if (!source.ok()) return source.status();
    sources[i] = *std::move(source);
  }
  computed.kernel = std::make_unique<WhereKernel>(std::move(sources), loop);
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace biglittle::nn
