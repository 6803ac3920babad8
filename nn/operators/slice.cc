#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/axes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/strided.h"
#include "nn/operators/strided_copy.h"

namespace biglittle::nn {
namespace {

using Ints = std::vector<std::int64_t>;

struct SliceParameters {
  Ints starts;
  Ints ends;
  Ints axes;
  Ints steps;
};

// The lists as they are in the node: attributes before opset 10, inputs since.
absl::StatusOr<SliceParameters> ReadLists(const NodeView& node) {
  SliceParameters parameters;
  Attributes attributes(node);
  if (node.opset() < 10) {
    parameters.starts = attributes.Ints("starts");
    parameters.ends = attributes.Ints("ends");
    parameters.axes = attributes.Ints("axes");
  }
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (node.opset() < 10) {
    if (node.input_count() > 1) return node.Invalid("its bounds must be attributes");
    return parameters;
  }
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

// The same with what may be left out, all of one length and no longer than the rank.
absl::StatusOr<SliceParameters> ReadParameters(const NodeView& node) {
  absl::StatusOr<SliceParameters> parameters = ReadLists(node);
  if (!parameters.ok()) return parameters;
  const std::size_t count = parameters->starts.size();
  if (parameters->axes.empty()) {
    for (std::size_t i = 0; i < std::min(count, kMaxRank); ++i) {
      parameters->axes.push_back(static_cast<std::int64_t>(i));
    }
  }
  if (parameters->steps.empty()) parameters->steps.assign(count, 1);
  if (count == 0 || parameters->ends.size() != count || parameters->axes.size() != count ||
      parameters->steps.size() != count) {
    return node.Invalid("starts, ends, axes and steps must be equally many");
  }
  return parameters;
}

// One dimension of the input, and what is taken of it.
struct Range {
  std::int64_t first = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};

// `bound` counted from the front, within [least, greatest]. kBatch is no bound.
std::int64_t Clamped(std::int64_t bound, std::int64_t extent, std::int64_t least,
                     std::int64_t greatest) {
  return std::clamp(bound < 0 ? bound + extent : bound, least, greatest);
}

absl::StatusOr<Range> MakeRange(const NodeView& node, const SliceParameters& p, std::size_t i,
                                std::int64_t extent) {
  const std::int64_t step = p.steps[i];
  if (step == 0 || step == kBatch || p.starts[i] == kBatch || p.ends[i] == kBatch) {
    return node.Unsupported("it takes steps of 0, or counts the samples of the batch");
  }
  Range range{0, std::clamp(step, -kMaxElements, kMaxElements), 0};
  if (extent == 0) return range;
  if (step > 0) {
    range.first = Clamped(p.starts[i], extent, 0, extent);
    const std::int64_t end = Clamped(p.ends[i], extent, 0, extent);
    range.count = (end - range.first + range.step - 1) / range.step;
  } else {
    range.first = Clamped(p.starts[i], extent, 0, extent - 1);
    const std::int64_t end = Clamped(p.ends[i], extent, -1, extent - 1);
    range.count = (range.first - end - range.step - 1) / -range.step;
  }
  range.count = std::max<std::int64_t>(range.count, 0);
  return range;
}

// True if all of the dimension is taken, whatever its size: how the batch may be sliced.
bool TakesAll(const SliceParameters& p, std::size_t i) {
  return p.starts[i] == 0 && p.steps[i] == 1 && (p.ends[i] >= kMaxElements || p.ends[i] == kBatch);
}

}  // namespace

absl::StatusOr<Lowered> LowerSlice(const NodeView& node) {
  const TensorType& type = node.Type(0);
  const absl::StatusOr<SliceParameters> p = ReadParameters(node);
  if (!p.ok()) return p.status();
  const auto marked = MarkAxes(node, p->axes, type.rank());
  if (!marked.ok()) return marked.status();
  Dims dims = type.dims;
  std::vector<std::int64_t> strides = DenseStrides(type.dims);
  std::int64_t start = 0;
  for (std::size_t i = 0; i < p->axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(*node.Axis(p->axes[i], type.rank()));
    if (type.dims[axis] == kBatch && TakesAll(*p, i)) continue;
    const auto inner = node.InnerAxis(p->axes[i], type);
    if (!inner.ok()) return inner.status();
    const absl::StatusOr<Range> range = MakeRange(node, *p, i, type.dims[axis]);
    if (!range.ok()) return range.status();
    dims[axis] = range->count;
    start += range->first * strides[axis];
    strides[axis] *= range->step;
  }
  const TensorType asked{type.element, dims};
  if (node.IsConstant(0) && asked.IsEmptyList()) {  // of the dimensions behind the last
    return Lowered{asked, std::make_shared<const Constant>(Constant{asked, {}, {}})};
  }
  if (std::ranges::count(dims, 0) > 0) return node.Invalid("it would yield nothing");
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), type.element);
  if (!output.ok()) return output.status();
  auto kernel = std::make_unique<StridedCopyKernel>(type.elements(), start, output->dims, strides);
  return UnaryMove(*std::move(output), std::move(kernel));
}

}  // namespace biglittle::nn
