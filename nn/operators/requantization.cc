#include "nn/operators/requantization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

namespace biglittle::nn {

absl::StatusOr<std::vector<float>> ReadScales(const NodeView& node, int input,
                                              std::int64_t channels) {
  if (const auto type = node.Float(input); !type.ok()) return type.status();
  if (!node.IsConstant(input)) {
    return node.Unsupported(fmt::format("input {}, a scale, must be a constant", input));
  }
  absl::StatusOr<std::vector<float>> scales = node.AsFloats(input);
  if (!scales.ok()) return scales;
  const auto count = static_cast<std::int64_t>(scales->size());
  if (count != 1 && count != channels) {
    return node.Invalid(
        fmt::format("input {} has {} scales for {} channels", input, count, channels));
  }
  if (std::ranges::any_of(*scales, [](float x) { return !(x > 0.0F) || !std::isfinite(x); })) {
    return node.Invalid(fmt::format("input {}, a scale, must be above 0", input));
  }
  scales->resize(static_cast<std::size_t>(channels), scales->front());
  return scales;
}

absl::StatusOr<std::vector<float>> ReadZeroPoints(const NodeView& node, int input,
                                                  std::int64_t channels) {
  if (!node.Has(input)) return std::vector<float>(static_cast<std::size_t>(channels), 0.0F);
  if (!node.IsConstant(input)) {
    return node.Unsupported(fmt::format("input {}, a zero point, must be a constant", input));
  }
  absl::StatusOr<std::vector<float>> points = node.AsFloats(input);
  if (!points.ok()) return points;
  const auto count = static_cast<std::int64_t>(points->size());
  if (count != 1 && count != channels) {
    return node.Invalid(
        fmt::format("input {} has {} zero points for {} channels", input, count, channels));
  }
  points->resize(static_cast<std::size_t>(channels), points->front());
  return points;
}

absl::StatusOr<float> ReadScale(const NodeView& node, int input) {
  const absl::StatusOr<std::vector<float>> scales = ReadScales(node, input, 1);
  if (!scales.ok()) return scales.status();
  return scales->front();
}

absl::StatusOr<float> ReadZeroPoint(const NodeView& node, int input) {
  const absl::StatusOr<std::vector<float>> points = ReadZeroPoints(node, input, 1);
  if (!points.ok()) return points.status();
  return points->front();
}

absl::StatusOr<ByteScale> ReadByteScale(const NodeView& node, int data, int scale) {
  const ElementType element = node.Type(data).element;
  if (element != ElementType::kUint8 && element != ElementType::kInt8) {
    return node.Unsupported(fmt::format("input {} is {}", data, Name(element)));
  }
  const absl::StatusOr<float> factor = ReadScale(node, scale);
  if (!factor.ok()) return factor.status();
  const absl::StatusOr<float> point = ReadZeroPoint(node, scale + 1);
  if (!point.ok()) return point.status();
  // A zero point of another type than the data's.
  const std::int32_t byte = static_cast<std::int32_t>(*point) + ByteOffset(element);
  if (byte < 0 || byte > 255) return node.Invalid("its zero point is not of its data's type");
  return ByteScale{*factor, byte};
}

absl::StatusOr<Requantization> ReadRequantization(const NodeView& node, int scale_input,
                                                  int zero_point_input) {
  Requantization r;
  const absl::StatusOr<float> scale = ReadScale(node, scale_input);
  if (!scale.ok()) return scale.status();
  const absl::StatusOr<float> zero_point = ReadZeroPoint(node, zero_point_input);
  if (!zero_point.ok()) return zero_point.status();
  if (node.Has(zero_point_input)) r.element = node.Type(zero_point_input).element;
  if (r.element != ElementType::kUint8 && r.element != ElementType::kInt8) {
    return node.Unsupported(fmt::format("it quantizes to {}", Name(r.element)));
  }
  r.scale = *scale;
  r.zero_point = *zero_point;
  r.least = static_cast<float>(RangeOf(r.element).least);
  r.greatest = static_cast<float>(RangeOf(r.element).greatest);
  return r;
}

}  // namespace biglittle::nn
