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
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {
namespace {

// The k best of a row in order, by insertion; of equal ones the first.
void Choose(const float* row, std::int64_t length, std::int64_t step, std::int64_t k, bool largest,
            float* values, float* places) {
  std::int64_t have = 0;
  for (std::int64_t i = 0; i < length; ++i) {
    const float x = row[i * step];
    std::int64_t at = have;
    while (at > 0 && (largest ? x > values[at - 1] : x < values[at - 1])) --at;
    if (at == k) continue;
    const std::int64_t last = std::min(have, k - 1);
    std::copy_backward(values + at, values + last, values + last + 1);
    std::copy_backward(places + at, places + last, places + last + 1);
    values[at] = x;
    places[at] = static_cast<float>(i);
    have = std::min(have + 1, k);
  }
}

// Since opset 10 k is an input.
absl::StatusOr<std::int64_t> ReadCount(const NodeView& node, Attributes& attributes) {
  if (node.opset() < 10) return attributes.Int("k", 0);
  if (!node.Has(1)) return node.Invalid("it has no k");
  const auto given = node.Ints(1);
  if (!given.ok()) return given.status();
  if (given->size() != 1) return node.Invalid("k must be one number");
  return (*given)[0];
}

}  // namespace

// Values and indices. What need not be sorted is sorted all the same.
absl::StatusOr<Lowered> LowerTopK(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", -1);
  const bool largest = attributes.Int("largest", 1) != 0;
  attributes.Ignore("sorted");
  const auto k = ReadCount(node, attributes);
  if (!k.ok()) return k.status();
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> type = node.Number(0);
  if (!type.ok()) return type.status();
  const auto axis = node.InnerAxis(given, *type);
  if (!axis.ok()) return axis.status();
  Dims dims = type->dims;
  const std::int64_t length = dims[static_cast<std::size_t>(*axis)];
  if (*k < 1 || *k > length) {
    return node.Invalid(fmt::format("it chooses {} of {}", *k, length));
  }
  if (length > kMaxExactInteger) return node.Unsupported("it chooses among too many");
  dims[static_cast<std::size_t>(*axis)] = *k;
  const bool places = node.output_index() == 1;
  absl::StatusOr<TensorType> output =
      node.Output(std::move(dims), places ? ElementType::kInt64 : type->element);
  if (!output.ok()) return output.status();
  const std::int64_t outer = Product(type->dims, 0, *axis);
  const std::int64_t inner = Product(type->dims, *axis + 1, type->rank());
  const SampleWork work{0, outer * inner * length * (*k / 2 + 1), 2 * *k};
  return LowerSamples(
      node, {0}, *std::move(output), work, "top k", [=, count = *k](const Sample& sample) {
        float* const values = sample.scratch;
        float* const indices = values + count;
        for (std::int64_t o = 0; o < outer * inner; ++o) {
          const std::int64_t row = o / inner;
          Choose(sample.inputs[0] + row * length * inner + o % inner, length, inner, count, largest,
                 values, indices);
          for (std::int64_t i = 0; i < count; ++i) {
            sample.output[(row * count + i) * inner + o % inner] = places ? indices[i] : values[i];
          }
        }
      });
}

}  // namespace biglittle::nn
