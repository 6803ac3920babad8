// Copies what a network must not share: its input, where that is its output too.
#pragma once

#include <algorithm>
#include <cstdint>

#include "nn/kernel.h"

namespace biglittle::nn {

class CopyKernel final : public Kernel {
 public:
  explicit CopyKernel(std::int64_t elements) : elements_(elements) {}  // of a sample

  void Run(const KernelArguments& arguments) const override {
    std::copy_n(arguments.inputs[0], arguments.batch * elements_, arguments.output);
  }

 private:
  const std::int64_t elements_;
};

}  // namespace biglittle::nn
