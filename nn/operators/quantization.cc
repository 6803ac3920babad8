#include "nn/operators/quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {
namespace {

absl::Status ReadScales(const NodeView& node, Quantization& quantization) {
  const absl::StatusOr<ConstantPtr> scales = node.FloatConstant(1);
  if (!scales.ok()) return scales.status();
  quantization.scales = (*scales)->floats;
  if ((*scales)->type.rank() > 1) return node.Invalid("its scale has more than one dimension");
  if (std::ranges::any_of(quantization.scales, [](float scale) { return !(scale > 0.0F); })) {
    return node.Invalid("its scale must be above 0");
  }
  return absl::OkStatus();
}

absl::Status ReadZeroPoints(const NodeView& node, Quantization& quantization) {
  quantization.zero_points.assign(quantization.scales.size(), 0.0F);
  if (!node.Has(2)) return absl::OkStatus();
  if (!node.IsConstant(2)) return node.Unsupported("input 2 must be a constant");
  const absl::StatusOr<std::vector<float>> given = node.AsFloats(2);
  if (!given.ok()) return given.status();
  if (given->size() != quantization.scales.size()) {
    return node.Invalid(fmt::format("it has {} scales and {} zero points",
                                    quantization.scales.size(), given->size()));
  }
  quantization.element = node.Type(2).element;
  quantization.zero_points = *given;
  quantization.has_zero_points = true;
  return absl::OkStatus();
}

}  // namespace

namespace {

// A scale for each block of so many neighbours along the axis, as one for each element.
absl::StatusOr<Quantization> ReadBlocks(const NodeView& node, std::int64_t given,
                                        std::int64_t block, ElementType element) {
  const TensorType& type = node.Type(0);
  const auto axis = node.InnerAxis(given, type);
  if (!axis.ok()) return axis.status();
  const absl::StatusOr<ConstantPtr> scales = node.FloatConstant(1);
  if (!scales.ok()) return scales.status();
  Dims dims = type.dims;
  const auto at = static_cast<std::size_t>(*axis);
  constexpr std::int64_t kMost = 1 << 24;  // elements, each with a scale of its own then
  if (block < 1 || dims[at] % block != 0 || type.has_batch() || type.elements() > kMost) {
    return node.Unsupported(fmt::format("blocks of {} in {}", block, ToString(dims)));
  }
  dims[at] /= block;
  if ((*scales)->type.dims != dims) return node.Invalid("its scales do not fit its blocks");
  std::vector<float> points((*scales)->floats.size(), 0.0F);
  Quantization q;
  q.element = element;
  if (node.Has(2)) {
    if (!node.IsConstant(2)) return node.Unsupported("input 2 must be a constant");
    const auto own = node.AsFloats(2);
    if (!own.ok()) return own.status();
    if (own->size() != points.size()) return node.Invalid("its zero points do not fit");
    points = *own;
    q.element = node.Type(2).element;
    q.has_zero_points = true;
  }
  const std::int64_t inner = Product(type.dims, *axis + 1, type.rank());
  const std::int64_t length = type.dims[at];
  for (std::int64_t i = 0; i < type.elements(); ++i) {
    const std::int64_t row = i / inner;
    const std::int64_t from =
        (row / length * (length / block) + row % length / block) * inner + i % inner;
    q.scales.push_back((*scales)->floats[static_cast<std::size_t>(from)]);
    q.zero_points.push_back(points[static_cast<std::size_t>(from)]);
  }
  if (std::ranges::any_of(q.scales, [](float scale) { return !(scale > 0.0F); })) {
    return node.Invalid("its scale must be above 0");
  }
  return q;
}

}  // namespace

std::optional<ByteScale> Quantization::AsByteScale() const {
  const bool of_bytes = element == ElementType::kUint8 || element == ElementType::kInt8;
  if (!of_bytes || scales.size() != 1 || !std::isfinite(scales[0])) return std::nullopt;
  return ByteScale{scales[0], static_cast<std::int32_t>(zero_points[0]) +
                                  (element == ElementType::kInt8 ? 128 : 0)};
}

absl::StatusOr<Quantization> ReadQuantization(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t given = node.opset() >= 13 ? attributes.Int("axis", 1) : 1;
  attributes.Ignore("saturate");   // of types of 8 bits with a point
  attributes.Ignore("precision");  // of the division: ours is float32
  const std::int64_t dtype = attributes.Int("output_dtype", 0);
  const std::int64_t block = attributes.Int("block_size", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  Quantization quantization;
  if (dtype != 0) {
    const std::optional<ElementType> element = ElementTypeOf(dtype);
    if (!element) return node.Unsupported("output_dtype");
    quantization.element = *element;
  }
  if (block != 0) return ReadBlocks(node, given, block, quantization.element);
  if (absl::Status s = ReadScales(node, quantization); !s.ok()) return s;
  if (absl::Status s = ReadZeroPoints(node, quantization); !s.ok()) return s;
  const TensorType& type = node.Type(0);
  if (quantization.scales.size() == 1) {
    quantization.inner = type.elements();
    return quantization;
  }
  const auto axis = node.InnerAxis(given, type);
  if (!axis.ok()) return axis.status();
  const auto channels = static_cast<std::int64_t>(quantization.scales.size());
  if (type.dims[static_cast<std::size_t>(*axis)] != channels) {
    return node.Invalid(
        fmt::format("{} scales do not fit to axis {} of {}", channels, given, ToString(type.dims)));
  }
  quantization.axis = *axis;
  quantization.outer = Product(type.dims, 0, *axis);
  quantization.inner = Product(type.dims, *axis + 1, type.rank());
  return quantization;
}

}  // namespace biglittle::nn
