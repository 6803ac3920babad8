// Puts the nodes of a graph into execution order.
#pragma once

#include "absl/status/status.h"

#include "nn/graph.h"

namespace biglittle::nn {

// Sorts the nodes so that each comes after those whose outputs it reads, keeping the file's order
// where it is free, and drops the nodes that the output does not need. InvalidArgument if a node
// needs its own output, or the output is computed by nobody.
absl::Status OrderNodes(Graph& graph);

}  // namespace biglittle::nn
