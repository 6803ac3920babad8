#include "nn/compile/outputs.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "nn/compile/network.h"
#include "nn/graph/graph.h"
#include "nn/kernel/copy_kernel.h"

namespace biglittle::nn {
namespace {

// sum + a * b, or the greatest number if that is less. All are >= 0.
std::int64_t SaturatingAdd(std::int64_t sum, std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  const bool overflow =
      __builtin_mul_overflow(a, b, &product) || __builtin_add_overflow(sum, product, &sum);
  return overflow ? std::numeric_limits<std::int64_t>::max() : sum;
}

// uses[slot] says how many operands and outputs are in it, the net's input counted too.
std::vector<int> CountUses(const Network& network) {
  std::vector<int> uses(network.slots.size(), 0);
  const auto use = [&uses](SlotId slot) { ++uses[static_cast<std::size_t>(slot)]; };
  std::ranges::for_each(network.input_slots, use);
  std::ranges::for_each(network.output_slots, use);
  for (const Step& step : network.steps) std::ranges::for_each(step.operands, use);
  return uses;
}

// wanted[i] is the first output that needs step i; the last if none does.
std::vector<std::size_t> FirstWanted(const Network& network) {
  const std::size_t last = network.outputs.size() - 1;
  std::vector<std::size_t> of_slot(network.slots.size(), last);
  for (std::size_t i = 0; i <= last; ++i) {
    of_slot[static_cast<std::size_t>(network.output_slots[i])] = i;
  }
  std::vector<std::size_t> wanted(network.steps.size());
  for (std::size_t i = wanted.size(); i-- > 0;) {  // readers before what they read
    const Step& step = network.steps[i];
    wanted[i] = of_slot[static_cast<std::size_t>(step.output)];
    for (const SlotId operand : step.operands) {
      std::size_t& slot = of_slot[static_cast<std::size_t>(operand)];
      slot = std::min(slot, wanted[i]);
    }
  }
  return wanted;
}

}  // namespace

void SeparateOutputs(Network& network) {
  const std::vector<int> uses = CountUses(network);
  for (std::size_t i = 0; i < network.outputs.size(); ++i) {
    const SlotId shared = network.output_slots[i];
    if (uses[static_cast<std::size_t>(shared)] == 1) continue;
    const Slot slot = network.slots[static_cast<std::size_t>(shared)];
    network.output_slots[i] = static_cast<SlotId>(network.slots.size());
    network.slots.push_back(slot);
    network.steps.push_back(Step{"output " + Quote(network.outputs[i].name),
                                 std::make_unique<CopyKernel>(slot.elements),
                                 {shared},
                                 {slot.dims},
                                 network.output_slots[i]});
  }
}

void OrderSteps(Network& network) {
  const std::vector<std::size_t> wanted = FirstWanted(network);
  std::vector<Step> unordered = std::exchange(network.steps, {});
  std::int64_t work = 0;
  for (std::size_t output = 0; output < network.outputs.size(); ++output) {
    for (std::size_t i = 0; i < unordered.size(); ++i) {
      if (wanted[i] != output) continue;
      work = SaturatingAdd(work, unordered[i].kernel->MultiplyAdds(), unordered[i].repeat);
      network.steps.push_back(std::move(unordered[i]));
    }
    network.steps_to.push_back(network.steps.size());
    network.info.multiply_adds_to.push_back(work);
  }
  network.info.multiply_adds = work;
}

}  // namespace biglittle::nn
