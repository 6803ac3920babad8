// The shapes of the inputs, from what the file declares and what the user says.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/graph/load_limits.h"

namespace biglittle::nn {

// What becomes of the first dimension, where the file leaves it open or says 1.
enum class FirstDimension : std::uint8_t {
  kSamples,  // it is kBatch, of every input
  kOne,      // it is 1, and so is every other size that the file calls by the same name
  kNumber,   // it is what file or user say, as every other
};

// One shape for each of graph.inputs, every size a number > 0, or kBatch in the first place.
// `given` are whole shapes; a size that they fix is fixed wherever the file calls it so.
//   InvalidArgument: `given` names no input, or contradicts the file. Unimplemented: a size is left
//   open, or an input has no dimension for the batch.
absl::StatusOr<std::vector<Dims>> InputDims(const Graph& graph, FirstDimension first,
                                            const InputShapes& given);

}  // namespace biglittle::nn
