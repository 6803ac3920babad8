#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

struct LrnParameters {
  std::int64_t channels = 1;
  std::int64_t plane = 1;
  std::int64_t size = 1;  // channels that one sees, itself among them
  float alpha = 0.0F;
  float beta = 0.0F;
  float bias = 0.0F;
};

// y = x / (bias + alpha / size * sum of squares over the neighbouring channels) ^ beta.
class LrnKernel final : public Kernel {
 public:
  explicit LrnKernel(const LrnParameters& parameters) : p_(parameters) {}

  void Run(const KernelArguments& arguments) const override {
    const std::int64_t elements = p_.channels * p_.plane;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* sample = arguments.inputs[0] + n * elements;
      float* output = arguments.output + n * elements;
      for (std::int64_t c = 0; c < p_.channels; ++c) {
        for (std::int64_t i = 0; i < p_.plane; ++i) {
          output[c * p_.plane + i] =
              sample[c * p_.plane + i] / std::pow(Divisor(sample + i, c), p_.beta);
        }
      }
    }
  }

  std::int64_t WindowVisits() const override {
    return p_.channels * p_.plane * std::min(p_.size, p_.channels);
  }

 private:
  float Divisor(const float* position, std::int64_t c) const {
    const std::int64_t first = std::max<std::int64_t>(0, c - (p_.size - 1) / 2);
    const std::int64_t last = std::min(p_.channels - 1, c + p_.size / 2);
    float squares = 0.0F;
    for (std::int64_t k = first; k <= last; ++k) {
      squares += position[k * p_.plane] * position[k * p_.plane];
    }
    return p_.bias + p_.alpha / static_cast<float>(p_.size) * squares;
  }

  const LrnParameters p_;
};

}  // namespace

absl::StatusOr<Lowered> LowerLRN(const NodeView& node) {
  absl::StatusOr<TensorType> type = node.Batched(0, 2);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  LrnParameters parameters;
  parameters.channels = type->dims[1];
  parameters.plane = Product(type->dims, 2, type->rank());
  parameters.size = attributes.Int("size", 0);
  parameters.alpha = attributes.Float("alpha", 1e-4F);
  parameters.beta = attributes.Float("beta", 0.75F);
  parameters.bias = attributes.Float("bias", 1.0F);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (parameters.size < 1 || parameters.size > kMaxElements) {
    return node.Invalid("size must be 1 or more");
  }
  return Unary(*std::move(type), std::make_unique<LrnKernel>(parameters));
}

}  // namespace biglittle::nn
