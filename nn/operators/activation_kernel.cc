#include "nn/operators/activation_kernel.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/activation.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/apply_activation.h"
#include "nn/operators/byte_table.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {
namespace {

class ActivationKernel final : public Kernel {
 public:
  ActivationKernel(const Activation& activation, std::int64_t elements)
      : activation_(activation), elements_(elements) {}

  void Run(const KernelArguments& arguments) const override {
    Apply(activation_, arguments.inputs[0], arguments.output, arguments.batch * elements_,
          *arguments.workers);
  }
  bool MayOverwrite(std::size_t /*operand*/) const override { return true; }
  std::string Name() const override { return std::string(nn::Name(activation_.kind)); }
  bool ToChannelsLast() override { return true; }
  std::optional<Activation> AsActivation() const override { return activation_; }
  std::unique_ptr<Kernel> InBytes(std::span<const ByteScale> operands,
                                  const ByteTarget& output) const override {
    if (!output.bytes) return nullptr;
    const ActivationKernel all(activation_, std::int64_t{256});
    return MakeByteTable(TableOf(all, operands[0], output), elements_, "int8 " + Name());
  }

 private:
  const Activation activation_;
  const std::int64_t elements_;
};

}  // namespace

std::unique_ptr<Kernel> MakeActivationKernel(const Activation& activation, std::int64_t elements) {
  return std::make_unique<ActivationKernel>(activation, elements);
}

absl::StatusOr<Lowered> LowerActivation(const NodeView& node, const Activation& activation) {
  absl::StatusOr<TensorType> type = node.Number(0);
  if (!type.ok()) return type.status();
  auto kernel = std::make_unique<ActivationKernel>(activation, type->elements());
  return Unary(*std::move(type), std::move(kernel));
}

}  // namespace biglittle::nn
