#include <algorithm>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/variadic.h"

namespace biglittle::nn {
namespace {

struct MinFunction {
  float operator()(float a, float b) const { return std::min(a, b); }
};

}  // namespace

absl::StatusOr<Lowered> LowerMin(const NodeView& node) { return LowerVariadic<MinFunction>(node); }

}  // namespace biglittle::nn
