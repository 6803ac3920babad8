#include <algorithm>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/variadic.h"

namespace biglittle::nn {
namespace {

struct MaxFunction {
  float operator()(float a, float b) const { return std::max(a, b); }
};

}  // namespace

absl::StatusOr<Lowered> LowerMax(const NodeView& node) { return LowerVariadic<MaxFunction>(node); }

}  // namespace biglittle::nn
