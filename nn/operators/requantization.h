// From sums of integers back to integers of 8 bits, rounded as ONNX Runtime does.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/byte_scale.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// One number for the whole tensor, known at Load: a scale (> 0), or a zero point (0 where it is
// left out).
absl::StatusOr<float> ReadScale(const NodeView& node, int input);
absl::StatusOr<float> ReadZeroPoint(const NodeView& node, int input);
// One for the tensor or one for each of `channels`, as that many.
absl::StatusOr<std::vector<float>> ReadScales(const NodeView& node, int input,
                                              std::int64_t channels);
absl::StatusOr<std::vector<float>> ReadZeroPoints(const NodeView& node, int input,
                                                  std::int64_t channels);

// What is added to an integer of 8 bits to make it a byte (ByteScale).
constexpr std::int32_t ByteOffset(ElementType element) {
  return element == ElementType::kInt8 ? 128 : 0;
}
// Scale and zero point (inputs `scale` and `scale` + 1) of input `data`, of 8 bits.
absl::StatusOr<ByteScale> ReadByteScale(const NodeView& node, int data, int scale);

// The step by which an output is quantised.
struct Requantization {
  ElementType element = ElementType::kUint8;
  float scale = 1.0F;
  float zero_point = 0.0F;
  float least = 0.0F;
  float greatest = 255.0F;

  // `x` in units of the output's scale. Halves go to the even neighbour.
  ByteScale AsByteScale() const {
    return {scale, static_cast<std::int32_t>(zero_point) + ByteOffset(element)};
  }
  float operator()(float x) const {
    return std::nearbyint(std::min(std::max(x, least - zero_point), greatest - zero_point)) +
           zero_point;
  }
};
// From the inputs that are the output's scale and zero point, whose type is the output's.
absl::StatusOr<Requantization> ReadRequantization(const NodeView& node, int scale_input,
                                                  int zero_point_input);

}  // namespace biglittle::nn
