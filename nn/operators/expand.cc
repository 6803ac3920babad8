#include <array>
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
#include "nn/operators/operators.h"
#include "nn/operators/strided_copy.h"

namespace biglittle::nn {
namespace {

// A constant for each sample. It is the same for all, so that the copy starts over at each.
class RepeatKernel final : public Kernel {
 public:
  RepeatKernel(ConstantPtr constant, const Dims& output)
      : constant_(std::move(constant)),
        elements_(Product(output, 0, static_cast<std::int64_t>(output.size()))),
        copy_(constant_->type.elements(), 0, output,
              BroadcastStrides(constant_->type.dims, output)) {}

  void Run(const KernelArguments& arguments) const override {
    const std::array<const float*, 1> inputs = {constant_->floats.data()};
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      copy_.Run(KernelArguments{1, 1, inputs, arguments.output + n * elements_, nullptr,
                                arguments.workers});
    }
  }

 private:
  const ConstantPtr constant_;   // float32
  const std::int64_t elements_;  // of the output
  const StridedCopyKernel copy_;
};

absl::StatusOr<Lowered> RepeatConstant(const NodeView& node, TensorType output) {
  absl::StatusOr<std::vector<float>> floats = node.AsFloats(0);
  if (!floats.ok()) return floats.status();
  auto constant = std::make_shared<const Constant>(
      Constant{{ElementType::kFloat32, node.Type(0).dims}, *std::move(floats), {}});
  auto kernel = std::make_unique<RepeatKernel>(std::move(constant), output.dims);
  return Lowered{std::move(output), Computed{std::move(kernel), {}}};
}

}  // namespace

// The shape may also be smaller than the input's, which then stays. What does not depend on the
// net's input is repeated for each sample at run time, if the shape says so: a class token.
absl::StatusOr<Lowered> LowerExpand(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const TensorType& type = node.Type(0);
  absl::StatusOr<Dims> shape = node.Ints(1);
  if (!shape.ok()) return shape.status();
  if (shape->size() > kMaxRank) return node.Unsupported("the shape has too many dimensions");
  absl::StatusOr<Dims> dims = Broadcast(node, type.dims, *shape);
  if (!dims.ok()) return dims.status();
  absl::StatusOr<TensorType> output = node.Output(*std::move(dims), type.element);
  if (!output.ok()) return output.status();
  if (output->batched() && node.IsConstant(0)) return RepeatConstant(node, *std::move(output));
  auto kernel = std::make_unique<StridedCopyKernel>(type.elements(), 0, output->dims,
                                                    BroadcastStrides(type.dims, output->dims));
  return UnaryMove(*std::move(output), std::move(kernel));
}

}  // namespace biglittle::nn
