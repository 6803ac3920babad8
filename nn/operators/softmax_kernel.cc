#include "nn/operators/softmax_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/axes.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {
namespace {

class SoftmaxKernel final : public Kernel {
 public:
  SoftmaxKernel(const AxisExtents& extents, bool logarithm) : extents_(extents), log_(logarithm) {}

  void Run(const KernelArguments& arguments) const override {
    const std::int64_t block = extents_.length * extents_.inner;
    for (std::int64_t o = 0; o < arguments.batch * extents_.outer; ++o) {
      for (std::int64_t i = 0; i < extents_.inner; ++i) {
        const std::int64_t first = o * block + i;
        RunOne(arguments.inputs[0] + first, arguments.output + first);
      }
    }
  }
  bool MayOverwrite(std::size_t /*operand*/) const override { return true; }

 private:
  // The greatest is subtracted, so that exp cannot overflow.
  void RunOne(const float* x, float* y) const {
    const std::int64_t step = extents_.inner;
    const std::int64_t end = extents_.length * step;
    float greatest = x[0];
    for (std::int64_t i = step; i < end; i += step) greatest = std::max(greatest, x[i]);
    float sum = 0.0F;
    for (std::int64_t i = 0; i < end; i += step) {
      const float e = std::exp(x[i] - greatest);
      y[i] = log_ ? x[i] - greatest : e;
      sum += e;
    }
    const float by = log_ ? std::log(sum) : 1.0F / sum;
    for (std::int64_t i = 0; i < end; i += step) y[i] = log_ ? y[i] - by : y[i] * by;
  }

  const AxisExtents extents_;
  const bool log_;
};

}  // namespace

absl::StatusOr<Lowered> LowerSoftmaxOf(const NodeView& node, bool logarithm) {
  absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  const bool one_dimension = node.opset() >= 13;
  Attributes attributes(node);
  const absl::StatusOr<std::int64_t> axis =
      node.InnerAxis(attributes.Int("axis", one_dimension ? -1 : 1), *type);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!axis.ok()) return axis.status();
  // Before opset 13 everything from the axis on is normalised together.
  const std::int64_t end = one_dimension ? *axis + 1 : type->rank();
  const AxisExtents extents{Product(type->dims, 0, *axis), Product(type->dims, *axis, end),
                            Product(type->dims, end, type->rank())};
  auto kernel = std::make_unique<SoftmaxKernel>(extents, logarithm);
  return Unary(*std::move(type), std::move(kernel));
}

}  // namespace biglittle::nn
