#include "nn/operators/strided.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/graph/graph.h"

namespace biglittle::nn {

std::vector<std::int64_t> DenseStrides(const Dims& dims) {
  std::vector<std::int64_t> strides(dims.size());
  std::int64_t stride = 1;
  for (std::size_t i = dims.size(); i-- > 0;) {
    strides[i] = stride;
    if (dims[i] != kBatch) stride *= dims[i];
  }
  return strides;
}

}  // namespace biglittle::nn
