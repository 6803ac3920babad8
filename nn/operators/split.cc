#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/strided.h"
#include "nn/operators/strided_copy.h"

namespace biglittle::nn {
namespace {

// Each part is lowered by itself, with a look at all of them.
constexpr std::int64_t kMaxParts = 1024;

struct SplitParameters {
  std::int64_t axis = 0;
  std::vector<std::int64_t> parts;  // empty: equal ones
  bool last_is_rest = false;        // the last may be smaller then: since opset 18
};

// The parts are an attribute before opset 13, an input since.
absl::StatusOr<SplitParameters> ReadParameters(const NodeView& node) {
  SplitParameters parameters;
  Attributes attributes(node);
  parameters.axis = attributes.Int("axis", 0);
  const std::int64_t outputs = node.opset() >= 18 ? attributes.Int("num_outputs", 0) : 0;
  if (node.opset() < 13) {
    parameters.parts = attributes.Ints("split");
    if (node.Has(1)) return node.Invalid("its parts must be an attribute");
  } else if (node.Has(1)) {
    const auto given = node.Ints(1);
    if (!given.ok()) return given.status();
    parameters.parts = *given;
  }
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (outputs != 0 && (outputs != node.output_count() || !parameters.parts.empty())) {
    return node.Invalid(
        fmt::format("num_outputs is {}, it has {} outputs", outputs, node.output_count()));
  }
  parameters.last_is_rest = node.opset() >= 18;
  return parameters;
}

// The sizes of all parts, which together are `extent`.
absl::StatusOr<std::vector<std::int64_t>> Parts(const NodeView& node,
                                                std::vector<std::int64_t> parts, bool last_is_rest,
                                                std::int64_t extent) {
  const std::int64_t count = node.output_count();
  if (count > kMaxParts) {
    return node.Unsupported(fmt::format("it has {} parts, {} are possible", count, kMaxParts));
  }
  if (parts.empty() && (extent % count == 0 || last_is_rest)) {
    const std::int64_t part = (extent + count - 1) / count;
    parts.assign(static_cast<std::size_t>(count), part);
    parts.back() = extent - part * (count - 1);
  }
  std::int64_t left = extent;
  for (const std::int64_t part : parts) {
    if (part < 1 || part > left) {
      left = -1;
      break;
    }
    left -= part;
  }
  if (left != 0 || static_cast<std::int64_t>(parts.size()) != count) {
    return node.Invalid(
        fmt::format("{} parts of {} do not make {}", count, ToString(parts), extent));
  }
  return parts;
}

}  // namespace

absl::StatusOr<Lowered> LowerSplit(const NodeView& node) {
  const TensorType& type = node.Type(0);
  const absl::StatusOr<SplitParameters> parameters = ReadParameters(node);
  if (!parameters.ok()) return parameters.status();
  const auto axis = node.InnerAxis(parameters->axis, type);
  if (!axis.ok()) return axis.status();
  const auto at = static_cast<std::size_t>(*axis);
  const auto parts = Parts(node, parameters->parts, parameters->last_is_rest, type.dims[at]);
  if (!parts.ok()) return parts.status();
  Dims dims = type.dims;
  std::int64_t before = 0;
  for (int i = 0; i < node.output_index(); ++i) before += (*parts)[static_cast<std::size_t>(i)];
  dims[at] = (*parts)[static_cast<std::size_t>(node.output_index())];
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), type.element);
  if (!output.ok()) return output.status();
  const std::vector<std::int64_t> strides = DenseStrides(type.dims);
  auto kernel = std::make_unique<StridedCopyKernel>(type.elements(), before * strides[at],
                                                    output->dims, strides);
  return UnaryMove(*std::move(output), std::move(kernel));
}

}  // namespace biglittle::nn
