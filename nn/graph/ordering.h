// Puts the nodes of a graph into execution order.
#pragma once

#include <cstddef>

#include "absl/status/status.h"

#include "nn/graph/graph.h"

namespace biglittle::nn {

// Sorts the nodes so that each comes after those whose outputs it reads: first those that the first
// output needs, then what the second needs beside them, and so on; the file's order where it is
// free. Drops the nodes that no output needs. InvalidArgument if a node needs its own output.
absl::Status OrderNodes(Graph& graph);
// The same for the nodes of a body, whose ids are below `values`.
absl::Status OrderNodes(Body& body, std::size_t values);

}  // namespace biglittle::nn
