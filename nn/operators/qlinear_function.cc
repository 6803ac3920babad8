#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/aligned_floats.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/requantization.h"

namespace biglittle::nn {
namespace {

// A kernel of floats between a step that takes the scale away and one that puts another on.
class QuantisedKernel final : public Kernel {
 public:
  QuantisedKernel(std::unique_ptr<Kernel> inner, std::int64_t inputs, std::int64_t outputs,
                  float scale, float zero_point, const Requantization& output)
      : inner_(std::move(inner)),
        inputs_(inputs),
        outputs_(outputs),
        scale_(scale),
        zero_point_(zero_point),
        output_(output) {}

  void Run(const KernelArguments& arguments) const override {
    float* const floats = arguments.scratch;
    const float* const input = arguments.inputs[0];
    for (std::int64_t i = 0; i < arguments.batch * inputs_; ++i) {
      floats[i] = (input[i] - zero_point_) * scale_;
    }
    const std::array<const float*, 1> inputs = {floats};
    KernelArguments inner = arguments;
    inner.inputs = inputs;
    inner.scratch = floats + AlignedFloats::RoundUp(arguments.max_batch * inputs_);
    inner_->Run(inner);
    float* const output = arguments.output;
    for (std::int64_t i = 0; i < arguments.batch * outputs_; ++i) {
      output[i] = output_(output[i] / output_.scale);
    }
  }
  std::string Name() const override { return "quantized " + inner_->Name(); }
  std::int64_t MultiplyAdds() const override { return inner_->MultiplyAdds(); }
  std::int64_t WindowVisits() const override { return inner_->WindowVisits(); }
  std::int64_t ScratchFloats(std::int64_t max_batch, std::int64_t threads) const override {
    return AlignedFloats::RoundUp(max_batch * inputs_) + inner_->ScratchFloats(max_batch, threads);
  }
  void Seal() override { inner_->Seal(); }

 private:
  const std::unique_ptr<Kernel> inner_;
  const std::int64_t inputs_;   // of a sample
  const std::int64_t outputs_;  // likewise
  const float scale_;
  const float zero_point_;
  const Requantization output_;
};

using Lower = absl::StatusOr<Lowered> (*)(const NodeView& node);

// Inputs 0 to 4: data, its scale and zero point, the output's.
absl::StatusOr<Lowered> LowerQuantised(const NodeView& node, Lower lower) {
  const absl::StatusOr<float> scale = ReadScale(node, 1);
  if (!scale.ok()) return scale.status();
  const absl::StatusOr<float> zero_point = ReadZeroPoint(node, 2);
  if (!zero_point.ok()) return zero_point.status();
  const auto requantization = ReadRequantization(node, 3, 4);
  if (!requantization.ok()) return requantization.status();
  if (node.IsConstant(0)) return node.Unsupported("its input is a constant");
  Node plain = node.node();
  bool channels_last = false;
  std::erase_if(plain.attributes, [&](const Attribute& attribute) {
    if (attribute.name == "opset") return true;  // of the softmax that it stands for
    if (attribute.name != "channels_last") return false;
    const auto* value = std::get_if<std::int64_t>(&attribute.value);
    channels_last = value == nullptr || *value != 0;
    return true;
  });
  if (channels_last) return node.Unsupported("channels in the last place");
  const KnownValue input{TensorType{ElementType::kFloat32, node.Type(0).dims}, nullptr};
  const NodeView view(plain, node.opset(), {&input}, kMaxElements);
  absl::StatusOr<Lowered> lowered = lower(view);
  if (!lowered.ok()) return lowered;
  auto* const computed = std::get_if<Computed>(&lowered->how);
  if (computed == nullptr || computed->operands != std::vector<int>{0}) {
    return node.Unsupported("it is more than a function of its input");
  }
  absl::StatusOr<TensorType> output = node.Output(lowered->type.dims, requantization->element);
  if (!output.ok()) return output.status();
  const bool rows = lowered->type.batched() && !node.Type(0).has_batch();
  const std::int64_t inputs =
      rows ? node.Type(0).elements() / node.Type(0).dims[0] : node.Type(0).elements();
  lowered->type.element = requantization->element;
  const absl::StatusOr<ByteScale> bytes = ReadByteScale(node, 0, 1);
  if (!bytes.ok()) return bytes.status();
  if (auto kernel = computed->kernel->InBytes({&*bytes, 1}, {requantization->AsByteScale(), {}})) {
    computed->kernel = std::move(kernel);
    return lowered;
  }
  computed->kernel =
      std::make_unique<QuantisedKernel>(std::move(computed->kernel), inputs, output->elements(),
                                        *scale, *zero_point, *requantization);
  return lowered;
}

}  // namespace

// com.microsoft's.
absl::StatusOr<Lowered> LowerQLinearAveragePool(const NodeView& node) {
  return LowerQuantised(node, LowerAveragePool);
}
absl::StatusOr<Lowered> LowerQLinearGlobalAveragePool(const NodeView& node) {
  return LowerQuantised(node, LowerGlobalAveragePool);
}
absl::StatusOr<Lowered> LowerQLinearLeakyRelu(const NodeView& node) {
  return LowerQuantised(node, LowerLeakyRelu);
}
absl::StatusOr<Lowered> LowerQLinearSigmoid(const NodeView& node) {
  return LowerQuantised(node, LowerSigmoid);
}
absl::StatusOr<Lowered> LowerQLinearSoftmax(const NodeView& node) {
  return LowerQuantised(node, LowerSoftmax);
}
absl::StatusOr<Lowered> LowerQLinearReduceMean(const NodeView& node) {
  return LowerQuantised(node, LowerReduceMean);
}

}  // namespace biglittle::nn
