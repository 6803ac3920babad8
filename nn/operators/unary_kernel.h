// Element-wise functions of one tensor that no kernel in front absorbs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"

#include "nn/kernel/kernel.h"
#include "nn/kernel/pieces.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// `Function` maps a float to a float.
template <typename Function>
class UnaryKernel final : public Kernel {
 public:
  UnaryKernel(Function function, std::int64_t elements)
      : function_(std::move(function)), elements_(elements) {}

  void Run(const KernelArguments& arguments) const override {
    constexpr std::int64_t kPiece = 4096;
    const float* input = arguments.inputs[0];
    float* output = arguments.output;
    ForEachPiece(*arguments.workers, arguments.batch * elements_, kPiece,
                 [&](std::int64_t first, std::int64_t length) {
                   const std::int64_t last = first + length;
                   for (std::int64_t i = first; i < last; ++i) output[i] = function_(input[i]);
                 });
  }
  bool MayOverwrite(std::size_t /*operand*/) const override { return true; }
  bool ToChannelsLast() override { return true; }

 private:
  const Function function_;
  const std::int64_t elements_;
};

template <typename Function>
std::unique_ptr<Kernel> MakeUnaryKernel(std::int64_t elements, Function function) {
  return std::make_unique<UnaryKernel<Function>>(std::move(function), elements);
}

// Lowers a node whose attributes are read already: input 0 is float32, the output has its shape.
template <typename Function>
absl::StatusOr<Lowered> LowerUnary(const NodeView& node, Function function) {
  absl::StatusOr<TensorType> type = node.Number(0);
  if (!type.ok()) return type.status();
  auto kernel = MakeUnaryKernel(type->elements(), std::move(function));
  return Unary(*std::move(type), std::move(kernel));
}

}  // namespace biglittle::nn
