#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/map_kernel.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {

// A list of repeats since opset 6; before it was an axis and a number.
absl::StatusOr<Lowered> LowerTile(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const TensorType& type = node.Type(0);
  const auto repeats = node.Ints(1);
  if (!repeats.ok()) return repeats.status();
  if (repeats->size() != type.dims.size()) {
    return node.Invalid(
        fmt::format("{} repeats for {} dimensions", repeats->size(), type.dims.size()));
  }
  Dims dims = type.dims;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const std::int64_t repeat = (*repeats)[i];
    if (dims[i] == kBatch && repeat != 1) {
      return node.Unsupported("it repeats the samples of the batch");
    }
    if (dims[i] == 1 && repeat == kBatch && i == 0) {
      return node.Unsupported("it makes a sample for each of the batch");
    }
    if (dims[i] == kBatch) continue;
    if (repeat < 1 || repeat > kMaxElements) {
      return node.Unsupported(fmt::format("its repeats are {}", ToString(*repeats)));
    }
    if (__builtin_mul_overflow(dims[i], repeat, &dims[i])) return node.Invalid("it is too large");
  }
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), type.element);
  if (!output.ok()) return output.status();
  return LowerMap(node, *std::move(output), "tile",
                  [input = OfOneSample(type.dims),
                   strides = DenseStrides(type.dims)](const std::vector<std::int64_t>& index) {
                    std::int64_t position = 0;
                    for (std::size_t i = 0; i < index.size(); ++i) {
                      position += index[i] % input[i] * strides[i];
                    }
                    return position;
                  });
}

}  // namespace biglittle::nn
