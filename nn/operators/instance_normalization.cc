#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/normalization.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

class InstanceNormalizationKernel final : public Kernel {
 public:
  InstanceNormalizationKernel(std::int64_t plane, std::vector<float> scale, std::vector<float> bias,
                              float epsilon)
      : plane_(plane), scale_(std::move(scale)), bias_(std::move(bias)), epsilon_(epsilon) {}

  void Run(const KernelArguments& arguments) const override {
    const float* input = arguments.inputs[0];
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      for (std::size_t c = 0; c < scale_.size(); ++c) {
        const Standardisation s = Standardise(input, plane_, epsilon_);
        const float factor = s.factor * scale_[c];
        for (std::int64_t i = 0; i < plane_; ++i) {
          *output++ = (*input++ - s.mean) * factor + bias_[c];
        }
      }
    }
  }
  bool MayOverwrite(std::size_t /*operand*/) const override { return true; }

 private:
  const std::int64_t plane_;
  const std::vector<float> scale_;
  const std::vector<float> bias_;
  const float epsilon_;
};

// Input 1 or 2: a number for each channel.
absl::StatusOr<std::vector<float>> Parameter(const NodeView& node, int input,
                                             std::int64_t channels) {
  const absl::StatusOr<ConstantPtr> constant = node.FloatConstant(input);
  if (!constant.ok()) return constant.status();
  if ((*constant)->type.dims != Dims{channels}) {
    return node.Invalid(fmt::format("input {} of shape {} must have {} numbers", input,
                                    ToString((*constant)->type.dims), channels));
  }
  return (*constant)->floats;
}

}  // namespace

absl::StatusOr<Lowered> LowerInstanceNormalization(const NodeView& node) {
  absl::StatusOr<TensorType> type = node.Batched(0, 3);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const float epsilon = attributes.Float("epsilon", 1e-5F);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!(epsilon > 0.0F)) return node.Invalid("epsilon must be above 0");
  absl::StatusOr<std::vector<float>> scale = Parameter(node, 1, type->dims[1]);
  if (!scale.ok()) return scale.status();
  absl::StatusOr<std::vector<float>> bias = Parameter(node, 2, type->dims[1]);
  if (!bias.ok()) return bias.status();
  auto kernel = std::make_unique<InstanceNormalizationKernel>(
      Product(type->dims, 2, type->rank()), *std::move(scale), *std::move(bias), epsilon);
  return Unary(*std::move(type), std::move(kernel));
}

}  // namespace biglittle::nn
