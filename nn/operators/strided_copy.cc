#include "nn/operators/strided_copy.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"

namespace biglittle::nn {

StridedCopyKernel::StridedCopyKernel(std::int64_t elements, std::int64_t start, const Dims& output,
                                     const std::vector<std::int64_t>& strides)
    : elements_(elements), start_(start) {
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (output[i] != kBatch) loop_.Add(output[i], {strides[i]});
  }
}

void StridedCopyKernel::Run(const KernelArguments& arguments) const {
  float* output = arguments.output;
  for (std::int64_t n = 0; n < arguments.batch; ++n) {
    const float* sample = arguments.inputs[0] + n * elements_ + start_;
    loop_.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
      const float* from = sample + offsets[0];
      const std::int64_t stride = strides[0];
      if (stride == 1) {
        output = std::copy_n(from, length, output);
      } else {
        for (std::int64_t i = 0; i < length; ++i) *output++ = from[i * stride];
      }
    });
  }
}

}  // namespace biglittle::nn
