// Graph -> Network: checks every node, infers every shape, computes what is known at Load.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/compile/network.h"
#include "nn/graph/graph.h"
#include "nn/graph/load_limits.h"

namespace biglittle::nn {

struct CompileOptions {
  std::vector<Dims> inputs;  // by input, as InputDims makes them
  InputValues values;        // of inputs that are constants
  bool one_by_one = false;   // without a batch, but for several samples
  // Where problems of single nodes are noted, so that the rest is looked at too; nullptr: the first
  // problem ends it. With any problem noted nothing is returned but the first.
  std::vector<absl::Status>* obstacles = nullptr;
};

// `graph` must come from ImportOnnx and OrderNodes. Fills everything of the network but what only
// the file knows (ModelInfo::file_bytes, sha256) and what is known when the steps are final: see
// OrderSteps. No kernels are fused yet, and outputs may share slots: see SeparateOutputs.
absl::StatusOr<std::unique_ptr<Network>> Compile(const Graph& graph, const LoadLimits& limits,
                                                 const CompileOptions& options);

}  // namespace biglittle::nn
