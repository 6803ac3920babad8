#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

using Ints = std::vector<std::int64_t>;

struct SliceParameters {
  Ints starts;
  Ints ends;
  Ints axes = {0};
  Ints steps = {1};
};

// Attributes before opset 10, inputs since.
absl::StatusOr<SliceParameters> ReadParameters(const NodeView& node) {
  SliceParameters parameters;
  Attributes attributes(node);
  if (node.opset() < 10) {
    parameters.starts = attributes.Ints("starts");
    parameters.ends = attributes.Ints("ends");
    parameters.axes = attributes.Ints("axes", parameters.axes);
  }
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (node.opset() < 10) return parameters;
  Ints* const targets[] = {&parameters.starts, &parameters.ends, &parameters.axes,
                           &parameters.steps};
  for (int i = 0; i < 4; ++i) {
    if (!node.Has(i + 1)) continue;
    absl::StatusOr<Ints> given = node.Ints(i + 1);
    if (!given.ok()) return given.status();
    *targets[i] = *std::move(given);
  }
  return parameters;
}

}  // namespace

// Only on lists of int64, as part of shape arithmetic (shape.cc).
absl::StatusOr<Lowered> LowerSlice(const NodeView& node) {
  const TensorType& type = node.Type(0);
  if (type.element != ElementType::kInt64 || type.rank() != 1) {
    return node.Unsupported("it works only on shapes");
  }
  const absl::StatusOr<Ints> data = node.Ints(0);
  if (!data.ok()) return data.status();
  const absl::StatusOr<SliceParameters> p = ReadParameters(node);
  if (!p.ok()) return p.status();
  const bool plain = p->starts.size() == 1 && p->ends.size() == 1 && p->steps == Ints{1} &&
                     (p->axes == Ints{0} || p->axes == Ints{-1});
  if (!plain) return node.Unsupported("it takes only one run of neighbours");
  const std::int64_t first = NodeView::ClampedAxis(p->starts[0], type.dims[0]);
  const std::int64_t last = NodeView::ClampedAxis(p->ends[0], type.dims[0]);
  if (first >= last) return node.Invalid("it would yield nothing");
  auto slice = std::make_shared<Constant>();
  slice->type = {ElementType::kInt64, {last - first}};
  slice->ints.assign(data->begin() + first, data->begin() + last);
  TensorType output = slice->type;
  return Lowered{std::move(output), ConstantPtr(std::move(slice))};
}

}  // namespace biglittle::nn
