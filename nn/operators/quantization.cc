#include "nn/operators/quantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

absl::StatusOr<Quantization> ReadQuantization(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t given = node.opset() >= 13 ? attributes.Int("axis", 1) : 1;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  Quantization quantization;
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
  quantization.outer = Product(type.dims, 0, *axis);
  quantization.inner = Product(type.dims, *axis + 1, type.rank());
  return quantization;
}

}  // namespace biglittle::nn
