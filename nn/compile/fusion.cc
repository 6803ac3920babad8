#include "nn/compile/fusion.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "nn/compile/network.h"

namespace biglittle::nn {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
constexpr std::size_t kSeveral = static_cast<std::size_t>(-2);

class Fusion {
 public:
  explicit Fusion(Network& network)
      : steps_(network.steps),
        slots_(network.slots),
        reader_(network.slots.size(), kNobody),
        producer_(network.slots.size(), kNobody) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      producer_[Index(steps_[i].output)] = i;
      for (const SlotId operand : steps_[i].operands) {
        std::size_t& reader = reader_[Index(operand)];
        reader = reader == kNobody ? i : kSeveral;
      }
    }
  }

  void Run() {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      while (steps_[i].kernel != nullptr && AbsorbNext(i)) {
      }
    }
    std::erase_if(steps_, [](const Step& step) { return step.kernel == nullptr; });
  }

 private:
  static std::size_t Index(SlotId slot) { return static_cast<std::size_t>(slot); }

  Dims& DimsOf(SlotId slot) { return slots_[Index(slot)].dims; }

  // Channels are the same only where samples are, and where `next` sees what `step` has made under
  // its own shape, not a view's.
  bool SameChannels(const Step& step, const Step& next) {
    const Dims& made = DimsOf(step.output);
    const Dims& seen = next.operand_dims[0];
    return next.repeat == step.repeat && made.size() > 1 && seen.size() > 1 && made[0] == seen[0] &&
           made[1] == seen[1];
  }

  bool AbsorbNext(std::size_t i) {
    Step& step = steps_[i];
    const std::size_t reader = reader_[Index(step.output)];
    if (reader == kNobody || reader == kSeveral) return false;
    Step& next = steps_[reader];
    if (next.kernel->IsSumOfTwo()) return AbsorbSum(i, next);
    if (next.kernel->AsChannelAffine() != nullptr && !SameChannels(step, next)) return false;
    if (next.operands.size() != 1 || !step.kernel->Absorb(*next.kernel)) return false;
    TakeOver(i, next);
    return true;
  }

  // The later of the two producers takes the sum, for then the other summand is there.
  bool AbsorbSum(std::size_t i, Step& sum) {
    Step& step = steps_[i];
    const std::size_t own = sum.operands[0] == step.output ? 0 : 1;
    const SlotId other = sum.operands[1 - own];
    const std::size_t producer = producer_[Index(other)];  // kNobody: the net's input
    if (producer != kNobody && producer > i) return false;
    if (step.operands.size() != 1 || !step.kernel->AbsorbSum()) return false;
    step.operands.push_back(other);
    // The sum may see both under another shape, in which the elements follow each other likewise.
    step.operand_dims.push_back(DimsOf(step.output));
    TakeOver(i, sum);
    return true;
  }

  // Step i does the work of `next` from now on. Its output keeps its shape, which decides what its
  // channels are, even if `next` saw it under another.
  void TakeOver(std::size_t i, Step& next) {
    DimsOf(next.output) = DimsOf(steps_[i].output);
    steps_[i].output = next.output;
    producer_[Index(next.output)] = i;
    for (const SlotId operand : next.operands) {
      std::size_t& reader = reader_[Index(operand)];
      if (reader < kSeveral) reader = i;
    }
    next.kernel = nullptr;
  }

  std::vector<Step>& steps_;
  std::vector<Slot>& slots_;
  std::vector<std::size_t> reader_;    // of each slot: the one step that reads it, or none, several
  std::vector<std::size_t> producer_;  // of each slot
};

}  // namespace

void FuseSteps(Network& network) { Fusion(network).Run(); }

}  // namespace biglittle::nn
