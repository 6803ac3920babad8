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
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

class ArgMaxKernel final : public Kernel {
 public:
  // The least is the greatest of all with the other sign.
  ArgMaxKernel(const AxisExtents& extents, bool last, float sign)
      : extents_(extents), last_(last), sign_(sign) {}

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    const std::int64_t block = extents_.length * extents_.inner;
    for (std::int64_t o = 0; o < arguments.batch * extents_.outer; ++o) {
      for (std::int64_t i = 0; i < extents_.inner; ++i) {
        *output++ = static_cast<float>(Greatest(arguments.inputs[0] + o * block + i));
      }
    }
  }

 private:
  // Of equal ones the first or the last.
  std::int64_t Greatest(const float* x) const {
    std::int64_t best = 0;
    for (std::int64_t k = 1; k < extents_.length; ++k) {
      const float candidate = sign_ * x[k * extents_.inner];
      const float greatest = sign_ * x[best * extents_.inner];
      if (candidate > greatest || (last_ && candidate == greatest)) best = k;
    }
    return best;
  }

  const AxisExtents extents_;
  const bool last_;
  const float sign_;
};

absl::StatusOr<Lowered> LowerArg(const NodeView& node, float sign) {
  const absl::StatusOr<TensorType> input = node.Number(0);
  if (!input.ok()) return input.status();
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", 0);
  const bool keep = attributes.Int("keepdims", 1) != 0;
  const bool last = node.opset() >= 12 && attributes.Int("select_last_index", 0) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const absl::StatusOr<std::int64_t> axis = node.InnerAxis(given, *input);
  if (!axis.ok()) return axis.status();
  const std::int64_t length = input->dims[static_cast<std::size_t>(*axis)];
  if (length > kMaxExactInteger) return node.Unsupported("it chooses among too many");
  Dims dims = input->dims;
  if (keep) {
    dims[static_cast<std::size_t>(*axis)] = 1;
  } else {
    dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(*axis));
  }
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), ElementType::kInt64);
  if (!output.ok()) return output.status();
  const AxisExtents extents{Product(input->dims, 0, *axis), length,
                            Product(input->dims, *axis + 1, input->rank())};
  return Unary(*std::move(output), std::make_unique<ArgMaxKernel>(extents, last, sign));
}

}  // namespace

absl::StatusOr<Lowered> LowerArgMax(const NodeView& node) { return LowerArg(node, 1.0F); }

absl::StatusOr<Lowered> LowerArgMin(const NodeView& node) { return LowerArg(node, -1.0F); }

}  // namespace biglittle::nn
