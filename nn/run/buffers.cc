#include "nn/run/buffers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "nn/compile/network.h"
#include "nn/kernel/kernel.h"
#include "nn/run/arena.h"

namespace biglittle::nn {
namespace {

constexpr std::size_t kNone = Buffers::kNone;

// last_use[slot] is the last step that reads it.
std::vector<std::int64_t> LastUses(const Network& network) {
  std::vector<std::int64_t> last_use(network.slots.size(), -1);
  for (std::size_t i = 0; i < network.steps.size(); ++i) {
    for (const SlotId operand : network.steps[i].operands) {
      last_use[static_cast<std::size_t>(operand)] = static_cast<std::int64_t>(i);
    }
  }
  return last_use;
}

class BufferAssignment {
 public:
  BufferAssignment(const Network& network, const PlanSizes& sizes)
      : network_(network), sizes_(sizes), last_use_(LastUses(network)) {
    buffers_.of_slot.assign(network.slots.size(), kNone);
    buffers_.of_scratch.assign(network.steps.size(), kNone);
  }

  Buffers Assign() {
    for (const SlotId slot : network_.input_slots) Open(slot, 0);
    for (std::size_t i = 0; i < network_.steps.size(); ++i) {
      const Step& step = network_.steps[i];
      const auto now = static_cast<std::int64_t>(i);
      if (!Reuse(step, now)) Open(step.output, now);
      const std::int64_t scratch =
          step.kernel->ScratchFloats(sizes_.portion * step.repeat, sizes_.threads);
      if (scratch == 0) continue;
      buffers_.of_scratch[i] = buffers_.lifetimes.size();
      buffers_.lifetimes.push_back(Lifetime{now, now, scratch});
    }
    // Valid until the next Invoke, whatever is written into the input meanwhile.
    const auto end = static_cast<std::int64_t>(network_.steps.size());
    for (const SlotId slot : network_.output_slots) {
      Lifetime& output = Of(slot);
      output.first = 0;
      output.last = end;
    }
    for (const SlotId slot : network_.input_slots) {
      Of(slot).first = 0;
      if (InPortions()) Of(slot).last = end;  // the later portions' inputs
    }
    return std::move(buffers_);
  }

 private:
  bool InPortions() const { return sizes_.portion < sizes_.max_batch; }
  bool IsOutput(SlotId slot) const {
    return std::ranges::find(network_.output_slots, slot) != network_.output_slots.end();
  }
  bool IsPort(SlotId slot) const { return network_.IsInput(slot) || IsOutput(slot); }
  std::size_t& Index(SlotId slot) { return buffers_.of_slot[static_cast<std::size_t>(slot)]; }
  Lifetime& Of(SlotId slot) { return buffers_.lifetimes[Index(slot)]; }
  std::int64_t LastUse(SlotId slot) const { return last_use_[static_cast<std::size_t>(slot)]; }
  const Slot& SlotOf(SlotId slot) const { return network_.slots[static_cast<std::size_t>(slot)]; }

  void Open(SlotId slot, std::int64_t now) {
    Index(slot) = buffers_.lifetimes.size();
    const std::int64_t samples = IsPort(slot) ? sizes_.max_batch : sizes_.portion;
    buffers_.lifetimes.push_back(
        Lifetime{now, std::max(now, LastUse(slot)), SlotOf(slot).Floats(samples)});
  }

  // As every operand that is in this slot: x + f(x) reads it twice.
  static bool MayOverwrite(const Step& step, SlotId slot) {
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
      if (step.operands[i] == slot && !step.kernel->MayOverwrite(i)) return false;
    }
    return true;
  }

  // Puts the output where an operand lies that nobody needs any more.
  bool Reuse(const Step& step, std::int64_t now) {
    for (const SlotId operand : step.operands) {
      const bool fits = MayOverwrite(step, operand) && LastUse(operand) == now &&
                        SlotOf(operand).elements == SlotOf(step.output).elements &&
                        SlotOf(operand).bytes == SlotOf(step.output).bytes;
      // An output of the net must not lie where the next input is written, and what holds the whole
      // batch not where a portion of it is computed.
      const bool from_input = std::ranges::any_of(
          network_.input_slots, [&](SlotId slot) { return Index(slot) == Index(operand); });
      const bool to_output = IsOutput(step.output);
      const bool mixes = (from_input && to_output) || (InPortions() && (from_input || to_output));
      if (!fits || mixes) continue;
      Index(step.output) = Index(operand);
      Of(operand).last = std::max(now, LastUse(step.output));
      return true;
    }
    return false;
  }

  const Network& network_;
  const PlanSizes sizes_;
  const std::vector<std::int64_t> last_use_;
  Buffers buffers_;
};

}  // namespace

Buffers AssignBuffers(const Network& network, const PlanSizes& sizes) {
  return BufferAssignment(network, sizes).Assign();
}

std::int64_t ChoosePortion(const Network& network, std::int64_t max_batch) {
  if (max_batch == 1) return 1;
  // A core's part of the third-level cache, and what a core does in a nanosecond: rough, but the
  // time is flat around the optimum.
  constexpr std::int64_t kCacheFloats = 1024 * 1024;
  constexpr double kMultiplyAdds = 100.0;
  constexpr double kNearBytes = 60.0;  // while the weights fit into the third level
  constexpr double kFarBytes = 15.0;
  constexpr std::size_t kThirdLevel = std::size_t{16} << 20U;

  const Buffers single = AssignBuffers(network, PlanSizes{});
  const std::int64_t floats = std::max<std::int64_t>(LayOutArena(single.lifetimes).floats, 1);
  const std::int64_t fitting = kCacheFloats / floats;
  // Each portion reads all weights once more, which should cost a tenth of its work at most.
  const auto weights = static_cast<double>(network.info.weight_bytes);
  const double reading =
      weights / (network.info.weight_bytes > kThirdLevel ? kFarBytes : kNearBytes);
  const double work = static_cast<double>(network.info.multiply_adds) / kMultiplyAdds + 1.0;
  const double worthwhile = std::min(10.0 * reading / work, static_cast<double>(max_batch));
  return std::clamp(std::max(fitting, static_cast<std::int64_t>(worthwhile)), std::int64_t{1},
                    max_batch);
}

}  // namespace biglittle::nn
