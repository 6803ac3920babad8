// Copies what an output of the net must not share with its input, a step or another output.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "nn/kernel/kernel.h"

namespace biglittle::nn {

class CopyKernel final : public Kernel {
 public:
  explicit CopyKernel(std::int64_t elements) : elements_(elements) {}  // of a sample

  void Run(const KernelArguments& arguments) const override {
    std::copy_n(arguments.inputs[0], arguments.batch * elements_, arguments.output);
  }
  std::string Name() const override { return "copy"; }

 private:
  const std::int64_t elements_;
};

}  // namespace biglittle::nn
