// Copies elements from where strides say, in the order of the output: what Slice, Split and Expand
// do.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {

class StridedCopyKernel final : public Kernel {
 public:
  // Output element (i, j, ...) is element start + i * strides[0] + j * strides[1] ... of the input,
  // which has `elements` a sample. The batch dimension, if there is one, has no stride.
  StridedCopyKernel(std::int64_t elements, std::int64_t start, const Dims& output,
                    const std::vector<std::int64_t>& strides);

  void Run(const KernelArguments& arguments) const override;

 private:
  const std::int64_t elements_;
  const std::int64_t start_;
  StridedLoop<1> loop_;
};

}  // namespace biglittle::nn
