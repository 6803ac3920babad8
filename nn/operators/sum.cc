#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/variadic.h"

namespace biglittle::nn {
namespace {

struct SumFunction {
  float operator()(float a, float b) const { return a + b; }
};

}  // namespace

absl::StatusOr<Lowered> LowerSum(const NodeView& node) { return LowerVariadic<SumFunction>(node); }

}  // namespace biglittle::nn
