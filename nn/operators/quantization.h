// What QuantizeLinear and DequantizeLinear share: scales and zero points, one for the whole tensor
// or one for each position along an axis.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/byte_scale.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// The tensor is seen as [outer, channels, inner]; the c-th of the middle has scales[c] and
// zero_points[c].
struct Quantization {
  std::int64_t outer = 1;  // of one sample
  std::int64_t inner = 1;
  std::vector<float> scales;       // > 0
  std::vector<float> zero_points;  // of `element`
  ElementType element = ElementType::kUint8;
  bool has_zero_points = false;
  std::int64_t axis = 0;  // of the middle

  // One scale for all, of bytes; nullopt if it is none such.
  std::optional<ByteScale> AsByteScale() const;
};

// Reads inputs 1 and 2, which must be constants, and all attributes.
absl::StatusOr<Quantization> ReadQuantization(const NodeView& node);

}  // namespace biglittle::nn
