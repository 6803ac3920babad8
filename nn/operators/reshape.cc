#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

// Replaces 0 by the input's dimension (unless `allow_zero`); a lone -1 stays. A leading 1 that
// stands for the batch comes from a file that was exported for one sample.
absl::StatusOr<Dims> Resolve(const NodeView& node, const TensorType& input, const Dims& given,
                             bool allow_zero) {
  Dims dims = given;
  int open = 0;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && !allow_zero && i < input.dims.size()) dims[i] = input.dims[i];
    if (dims[i] == kBatch && (input.turned() || (i == 0 && input.batched()))) continue;
    if (dims[i] == -1) {
      ++open;
    } else if (dims[i] < 1 || dims[i] > kMaxElements) {
      return node.Invalid(
          fmt::format("shape {} is impossible for {}", ToString(given), ToString(input.dims)));
    }
  }
  if (open > 1) return node.Invalid(fmt::format("shape {} leaves two sizes open", ToString(given)));
  return dims;
}

// Puts a number in the place of the -1 at or behind `from`, if there is one. False if it does not
// come out even.
bool Fill(Dims& dims, std::size_t from, std::int64_t elements) {
  std::int64_t* open = nullptr;
  Dims rest;
  for (std::size_t i = from; i < dims.size(); ++i) {
    if (dims[i] == -1) {
      open = &dims[i];
    } else {
      rest.push_back(dims[i]);
    }
  }
  const std::optional<std::int64_t> product = CountElements(rest);
  if (!product.has_value() || elements % *product != 0) return false;
  if (open == nullptr) return *product == elements;
  *open = elements / *product;
  return true;
}

// With the batch further behind, as many elements must stay in front of it as there were.
absl::StatusOr<Lowered> ReshapeTurned(const NodeView& node, const TensorType& input, Dims dims) {
  const auto place = [](const Dims& all) { return std::ranges::find(all, kBatch) - all.begin(); };
  const std::ptrdiff_t from = place(input.dims);
  const std::ptrdiff_t to = place(dims);
  if (std::ranges::count(dims, kBatch) == 1) {
    dims.erase(dims.begin() + to);
    const bool fits = Fill(dims, 0, input.elements());
    if (fits && Product(dims, 0, to) == Product(input.dims, 0, from)) {
      dims.insert(dims.begin() + to, kBatch);
      return Lowered{TensorType{input.element, std::move(dims)}, View{}};
    }
  }
  return node.Unsupported(
      fmt::format("it does not keep the batch dimension of {} in its place", ToString(input.dims)));
}

}  // namespace

absl::StatusOr<Lowered> LowerReshape(const NodeView& node) {
  Attributes attributes(node);
  const bool allow_zero = node.opset() >= 14 && attributes.Int("allowzero", 0) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const absl::StatusOr<Dims> given = node.Ints(1);
  if (!given.ok()) return given.status();
  const TensorType& input = node.Type(0);
  if (given->size() > kMaxRank) return node.Unsupported("the shape has too many dimensions");
  absl::StatusOr<Dims> dims = Resolve(node, input, *given, allow_zero);
  if (!dims.ok()) return dims.status();
  const bool leads =
      !dims->empty() && ((*dims)[0] == kBatch || (*dims)[0] == -1 || (*dims)[0] == 1);
  if (input.turned()) return ReshapeTurned(node, input, *std::move(dims));
  if (input.batched() && !leads) {
    return node.Unsupported(fmt::format("shape {} does not keep the batch dimension of {} in front",
                                        ToString(*given), ToString(input.dims)));
  }
  if (input.batched()) (*dims)[0] = kBatch;
  if (!Fill(*dims, input.batched() ? 1 : 0, input.elements())) {
    return node.Invalid(
        fmt::format("{} cannot be reshaped to {}", ToString(input.dims), ToString(*given)));
  }
  return Lowered{TensorType{input.element, *std::move(dims)}, View{}};
}

}  // namespace biglittle::nn
