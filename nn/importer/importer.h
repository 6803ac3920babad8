// ONNX protobuf -> Graph. Nothing outside this folder includes ONNX's headers.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/graph/load_limits.h"
#include "nn/importer/weight_files.h"

namespace biglittle::nn {

struct ImportOptions {
  WeightFiles* files = nullptr;  // where weights that are kept beside the model are read
  // Where problems of single nodes are noted, so that the rest is looked at too; nullptr: the first
  // problem ends the import.
  std::vector<absl::Status>* obstacles = nullptr;
};

// The graph with its names resolved, its constants read and the model's own functions written out.
// Proves: a supported opset, every operator known, every value defined once and before or after its
// use by somebody, all constants of a sane size, as large as they say and without a NaN. Does not
// prove that the order of nodes is an execution order (but for bodies, whose nodes are in one), nor
// anything about attributes.
absl::StatusOr<Graph> ImportOnnx(std::span<const std::byte> bytes, const LoadLimits& limits,
                                 const ImportOptions& options);

}  // namespace biglittle::nn
