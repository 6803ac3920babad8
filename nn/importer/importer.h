// ONNX protobuf -> Graph. Nothing outside this folder includes ONNX's headers.
#pragma once

#include <cstddef>
#include <span>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/graph/load_limits.h"

namespace biglittle::nn {

// The graph with its names resolved and its constants read. Proves: one float32 input with a batch
// dimension or of a fixed shape, as `shapes` asks, one output, a supported opset, every operator
// known, every value defined once and before or after its use by somebody, all constants finite, of
// a sane size and as large as they say. Does not prove that the order of nodes is an execution
// order, nor anything about attributes.
absl::StatusOr<Graph> ImportOnnx(std::span<const std::byte> bytes, const LoadLimits& limits,
                                 Shapes shapes);

}  // namespace biglittle::nn
