#include "nn/compile/quantise.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/compile/network.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_quantize.h"
#include "nn/operators/byte_table.h"

namespace biglittle::nn {
namespace {

std::size_t Index(SlotId slot) { return static_cast<std::size_t>(slot); }

class Quantising {
 public:
  explicit Quantising(Network& network)
      : network_(network),
        steps_(network.steps),
        producer_(network.slots.size(), kNobody),
        readers_(network.slots.size()) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      producer_[Index(steps_[i].output)] = i;
      for (const SlotId operand : steps_[i].operands) readers_[Index(operand)].push_back(i);
    }
  }

  void Run() {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].kernel == nullptr) continue;
      if (steps_[i].kernel->AsQuantize()) {
        Requantise(i);
      } else if (!steps_[i].kernel->AsDequantize()) {
        ToBytes(i);
      }
    }
    DropUnread();
    std::erase_if(steps_, [](const Step& step) { return step.kernel == nullptr; });
  }

 private:
  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

  // What a slot's floats are the bytes of; nullopt if they are computed otherwise.
  std::optional<ByteScale> ScaleOf(SlotId slot) const {
    const std::size_t producer = producer_[Index(slot)];
    if (producer == kNobody || steps_[producer].kernel == nullptr) return std::nullopt;
    return steps_[producer].kernel->AsDequantize();
  }
  SlotId BytesOf(SlotId slot) const { return steps_[producer_[Index(slot)]].operands[0]; }

  // The step that alone reads what step i makes.
  std::size_t OnlyReader(std::size_t i) const {
    const std::vector<std::size_t>& readers = readers_[Index(steps_[i].output)];
    return readers.size() == 1 ? readers[0] : kNobody;
  }

  void ToBytes(std::size_t i) {
    Step& step = steps_[i];
    if (step.operands.empty()) return;
    std::vector<ByteScale> scales;
    for (const SlotId operand : step.operands) {
      const std::optional<ByteScale> scale = ScaleOf(operand);
      if (!scale) return;
      scales.push_back(*scale);
    }
    // Behind it there may be an activation that only clamps, and then the step to bytes.
    std::size_t activation = kNobody;
    std::size_t to_bytes = OnlyReader(i);
    ByteTarget target;
    if (to_bytes != kNobody && !steps_[to_bytes].kernel->AsQuantize()) {
      const auto how = steps_[to_bytes].kernel->AsActivation();
      const auto clamp = how ? FusedClamp(*how) : std::nullopt;
      activation = clamp ? to_bytes : kNobody;
      to_bytes = clamp ? OnlyReader(to_bytes) : kNobody;
      if (clamp) target.clamp = *clamp;
    }
    if (to_bytes != kNobody) target.bytes = steps_[to_bytes].kernel->AsQuantize();
    if (!target.bytes) {
      target.clamp = {};
      activation = to_bytes = kNobody;
    }
    std::unique_ptr<Kernel> kernel = step.kernel->InBytes(scales, target);
    if (kernel == nullptr && target.bytes) {
      // Integers in, at least.
      activation = to_bytes = kNobody;
      kernel = step.kernel->InBytes(scales, {});
    }
    if (kernel == nullptr) return;
    step.kernel = std::move(kernel);
    for (SlotId& operand : step.operands) ReadInstead(i, operand, BytesOf(operand));
    for (const std::size_t behind : {activation, to_bytes}) {
      if (behind != kNobody) TakeOver(i, steps_[behind]);
    }
  }

  // From bytes to bytes, without anything between.
  void Requantise(std::size_t i) {
    Step& step = steps_[i];
    const std::optional<ByteScale> from = ScaleOf(step.operands[0]);
    if (!from) return;
    const SlotId bytes = BytesOf(step.operands[0]);
    const ByteScale to = *step.kernel->AsQuantize();
    const Slot& made = network_.slots[Index(step.output)];
    const bool same = *from == to && made.element == network_.slots[Index(bytes)].element;
    if (same && !readers_[Index(step.output)].empty() && !IsOutput(step.output)) {
      const std::vector<std::size_t> readers = std::exchange(readers_[Index(step.output)], {});
      for (const std::size_t reader : readers) {
        for (SlotId& operand : steps_[reader].operands) {
          if (operand == step.output) ReadInstead(reader, operand, bytes);
        }
      }
      std::erase(readers_[Index(step.operands[0])], i);
      step.kernel = nullptr;
      return;
    }
    step.kernel = MakeByteTable(RescalingTable(*from, {to, {}}), made.elements, "int8 rescale");
    step.repeat = 1;
    ReadInstead(i, step.operands[0], bytes);
  }

  bool IsOutput(SlotId slot) const {
    return std::ranges::find(network_.output_slots, slot) != network_.output_slots.end();
  }

  void ReadInstead(std::size_t i, SlotId& operand, SlotId slot) {
    std::vector<std::size_t>& readers = readers_[Index(operand)];
    const auto reader = std::ranges::find(readers, i);
    if (reader != readers.end()) readers.erase(reader);
    readers_[Index(slot)].push_back(i);
    operand = slot;
  }

  // Step i does the work of `next` from now on; its output keeps its shape, even if `next` saw it
  // under another.
  void TakeOver(std::size_t i, Step& next) {
    Step& step = steps_[i];
    network_.slots[Index(next.output)].dims = network_.slots[Index(step.output)].dims;
    readers_[Index(step.output)].clear();
    step.output = next.output;
    producer_[Index(step.output)] = i;
    next.kernel = nullptr;
  }

  // Steps from bytes to floats that nobody reads any more.
  void DropUnread() {
    for (std::size_t i = steps_.size(); i-- > 0;) {
      Step& step = steps_[i];
      if (step.kernel == nullptr || !step.kernel->AsDequantize()) continue;
      if (readers_[Index(step.output)].empty() && !IsOutput(step.output)) step.kernel = nullptr;
    }
  }

  Network& network_;
  std::vector<Step>& steps_;
  std::vector<std::size_t> producer_;              // of each slot
  std::vector<std::vector<std::size_t>> readers_;  // likewise; one entry an operand
};

class StorageChoice {
 public:
  explicit StorageChoice(Network& network) : network_(network) {}

  void Choose() {
    std::vector<Step> steps = std::exchange(network_.steps, {});
    for (Step& step : steps) {
      TryBytes(step);
      for (std::size_t i = 0; i < step.operands.size(); ++i) {
        step.operands[i] = As(step.operands[i], step.kernel->ReadsBytes(i));
      }
      const bool bytes = step.kernel->WritesBytes();
      const SlotId output = step.output;
      if (bytes && IsOutput(output)) step.output = NewSlot(output);
      SlotOf(step.output).bytes = bytes;
      const SlotId made = step.output;
      network_.steps.push_back(std::move(step));
      if (made != output) Convert(made, output);
    }
  }

 private:
  Slot& SlotOf(SlotId slot) { return network_.slots[Index(slot)]; }
  bool IsOutput(SlotId slot) const {
    return std::ranges::find(network_.output_slots, slot) != network_.output_slots.end();
  }

  // What only moves integers moves their bytes.
  void TryBytes(Step& step) {
    if (!step.kernel->PicksElements() || step.operands.empty()) return;
    std::vector<ByteScale> scales;
    for (const SlotId operand : step.operands) {
      if (!SlotOf(operand).bytes) return;
      scales.push_back(SlotOf(operand).IntegerScale());
    }
    if (!SlotOf(step.output).of_bytes()) return;
    std::unique_ptr<Kernel> kernel =
        step.kernel->InBytes(scales, {SlotOf(step.output).IntegerScale(), {}});
    if (kernel != nullptr) step.kernel = std::move(kernel);
  }

  SlotId NewSlot(SlotId like) {
    const Slot slot = SlotOf(like);
    network_.slots.push_back(slot);
    return static_cast<SlotId>(network_.slots.size() - 1);
  }

  // `slot`, or the copy that is kept the other way.
  SlotId As(SlotId slot, bool bytes) {
    if (SlotOf(slot).bytes == bytes) return slot;
    const auto [entry, added] = copies_.try_emplace(slot, 0);
    if (added) {
      entry->second = NewSlot(slot);
      SlotOf(entry->second).bytes = bytes;
      Convert(slot, entry->second);
    }
    return entry->second;
  }

  void Convert(SlotId from, SlotId to) {
    const Slot& slot = SlotOf(from);
    const ByteScale scale = slot.IntegerScale();
    network_.steps.push_back(Step{"storage",
                                  slot.bytes ? MakeByteDequantize(scale, slot.elements)
                                             : MakeByteQuantize(scale, slot.elements),
                                  {from},
                                  {slot.dims},
                                  to});
  }

  Network& network_;
  std::map<SlotId, SlotId> copies_;
};

}  // namespace

void QuantiseSteps(Network& network) { Quantising(network).Run(); }
void ChooseStorage(Network& network) { StorageChoice(network).Choose(); }

}  // namespace biglittle::nn
