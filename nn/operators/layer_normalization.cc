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

class LayerNormalizationKernel final : public Kernel {
 public:
  // `bias` may be nullptr.
  LayerNormalizationKernel(std::int64_t rows, ConstantPtr scale, ConstantPtr bias, float epsilon)
      : rows_(rows), scale_(std::move(scale)), bias_(std::move(bias)), epsilon_(epsilon) {}

  void Run(const KernelArguments& arguments) const override {
    const float* input = arguments.inputs[0];
    float* output = arguments.output;
    const std::vector<float>& scale = scale_->floats;
    const auto length = static_cast<std::int64_t>(scale.size());
    for (std::int64_t row = 0; row < arguments.batch * rows_; ++row) {
      const Standardisation s = Standardise(input, length, epsilon_);
      for (std::size_t i = 0; i < scale.size(); ++i) {
        const float standard = (*input++ - s.mean) * s.factor * scale[i];
        *output++ = bias_ == nullptr ? standard : standard + bias_->floats[i];
      }
    }
  }
  bool MayOverwrite(std::size_t /*operand*/) const override { return true; }

 private:
  const std::int64_t rows_;  // of a sample
  const ConstantPtr scale_;
  const ConstantPtr bias_;
  const float epsilon_;
};

// Input 1 or 2, which has a number for each position of what is normalised.
absl::StatusOr<ConstantPtr> Parameter(const NodeView& node, int input, const Dims& dims) {
  absl::StatusOr<ConstantPtr> constant = node.FloatConstant(input);
  if (constant.ok() && (*constant)->type.dims != dims) {
    return node.Unsupported(fmt::format("input {} of shape {} must be of shape {}", input,
                                        ToString((*constant)->type.dims), ToString(dims)));
  }
  return constant;
}

}  // namespace

absl::StatusOr<Lowered> LowerLayerNormalization(const NodeView& node) {
  absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", -1);
  const float epsilon = attributes.Float("epsilon", 1e-5F);
  attributes.Ignore("stash_type");  // the precision of the statistics: ours is double
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!(epsilon > 0.0F)) return node.Invalid("epsilon must be above 0");
  const auto axis = node.InnerAxis(given, *type);
  if (!axis.ok()) return axis.status();
  const Dims normalised(type->dims.begin() + static_cast<std::ptrdiff_t>(*axis), type->dims.end());
  absl::StatusOr<ConstantPtr> scale = Parameter(node, 1, normalised);
  if (!scale.ok()) return scale.status();
  absl::StatusOr<ConstantPtr> bias = nullptr;
  if (node.Has(2)) bias = Parameter(node, 2, normalised);
  if (!bias.ok()) return bias.status();
  auto kernel = std::make_unique<LayerNormalizationKernel>(
      Product(type->dims, 0, *axis), *std::move(scale), *std::move(bias), epsilon);
  return Unary(*std::move(type), std::move(kernel));
}

}  // namespace biglittle::nn
