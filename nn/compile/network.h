// A loaded net, ready to be planned: steps in execution order, each with its kernel.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nn/graph/graph.h"
#include "nn/graph/model_info.h"
#include "nn/kernel/kernel.h"

namespace biglittle::nn {

// A tensor that is computed at run time. Views of it under other shapes share its slot.
using SlotId = std::int32_t;
struct Slot {
  std::int64_t elements = 0;  // of one sample, at most kMaxElements
  Dims dims;
  ElementType element = ElementType::kFloat32;
  bool bytes = false;  // of kUint8 or kInt8: how it is kept (nn/kernel/byte_scale.h)

  // What so many samples take.
  std::int64_t Floats(std::int64_t samples) const {
    return bytes ? FloatsOfBytes(elements * samples) : elements * samples;
  }
  bool of_bytes() const { return element == ElementType::kUint8 || element == ElementType::kInt8; }
  // An integer of this slot as it is in bytes.
  ByteScale IntegerScale() const { return {1.0F, element == ElementType::kInt8 ? 128 : 0}; }
};

struct Step {
  std::string description;  // of the node: "node 'conv1' (Conv)"
  std::unique_ptr<Kernel> kernel;
  std::vector<SlotId> operands;
  std::vector<Dims> operand_dims;  // as the step sees them: a view may differ from its slot
  SlotId output = 0;
  // Samples that the kernel sees in each sample of the net: more than one where a net of fixed
  // shapes has an operator for which its operand's first dimension is a batch.
  std::int64_t repeat = 1;
};

// Immutable once loaded; shared by the Model and its Contexts. Every slot but the inputs' is the
// output of exactly one step, in front of all that read it; each of the net's outputs has a slot of
// its own, which nobody reads and which is no input's.
struct Network {
  std::vector<Slot> slots;
  std::vector<Step> steps;
  std::vector<SlotId> input_slots;    // by input
  std::vector<SlotId> output_slots;   // by output
  std::vector<std::size_t> steps_to;  // by output: so many steps yield it and those before it
  bool fixed_shapes = false;          // there is no batch: the steps compute one sample
  bool one_by_one = false;            // such, but a Run may be of several samples
  std::vector<Port> inputs;           // in the file's order, one at least
  std::vector<Port> outputs;          // likewise
  ModelInfo info;

  bool IsInput(SlotId slot) const {
    return std::ranges::find(input_slots, slot) != input_slots.end();
  }
};

}  // namespace biglittle::nn
