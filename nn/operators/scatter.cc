#include "nn/operators/scatter.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

absl::StatusOr<Joining> JoiningOf(const NodeView& node, const std::string& name) {
  if (name == "none") return Joining::kNone;
  if (name == "add") return Joining::kAdd;
  if (name == "mul") return Joining::kMul;
  if (name == "max") return Joining::kMax;
  if (name == "min") return Joining::kMin;
  return node.Invalid(fmt::format("reduction {} is not known", Quote(name)));
}

float Join(Joining joining, float old, float update) {
  switch (joining) {
    case Joining::kAdd:
      return old + update;
    case Joining::kMul:
      return old * update;
    case Joining::kMax:
      return std::max(old, update);
    case Joining::kMin:
      return std::min(old, update);
    case Joining::kNone:
      break;
  }
  return update;
}

}  // namespace biglittle::nn
