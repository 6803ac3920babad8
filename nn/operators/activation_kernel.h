// The step that an activation operator becomes where nothing in front of it absorbs it.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

#include "nn/kernel/activation.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// Lowers a node whose attributes are read already: input 0 is float32, the output has its shape.
absl::StatusOr<Lowered> LowerActivation(const NodeView& node, const Activation& activation);
// The step's kernel, for an output of so many elements a sample.
std::unique_ptr<Kernel> MakeActivationKernel(const Activation& activation, std::int64_t elements);

}  // namespace biglittle::nn
