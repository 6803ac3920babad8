#include "nn/fusion.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "nn/network.h"

namespace biglittle::nn {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
constexpr std::size_t kSeveral = static_cast<std::size_t>(-2);

class Fusion {
 public:
  explicit Fusion(Network& network)
      : steps_(network.steps),
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

  bool AbsorbNext(std::size_t i) {
    Step& step = steps_[i];
    const std::size_t reader = reader_[Index(step.output)];
    if (reader == kNobody || reader == kSeveral) return false;
    Step& next = steps_[reader];
    if (next.kernel->IsSumOfTwo()) return AbsorbSum(i, next);
    // Channels are the same only where samples are.
    if (next.repeat != step.repeat && next.kernel->AsChannelAffine() != nullptr) return false;
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
    step.operand_dims.push_back(sum.operand_dims[1 - own]);
    TakeOver(i, sum);
    return true;
  }

  // Step i does the work of `next` from now on.
  void TakeOver(std::size_t i, Step& next) {
    steps_[i].output = next.output;
    producer_[Index(next.output)] = i;
    for (const SlotId operand : next.operands) {
      std::size_t& reader = reader_[Index(operand)];
      if (reader < kSeveral) reader = i;
    }
    next.kernel = nullptr;
  }

  std::vector<Step>& steps_;
  std::vector<std::size_t> reader_;    // of each slot: the one step that reads it, or none, several
  std::vector<std::size_t> producer_;  // of each slot
};

}  // namespace

void FuseSteps(Network& network) { Fusion(network).Run(); }

}  // namespace biglittle::nn
