#include "nn/fusion.h"

#include <cstddef>
#include <vector>

#include "nn/network.h"

namespace biglittle::nn {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
constexpr std::size_t kSeveral = static_cast<std::size_t>(-2);

// readers[slot] is the one step that reads it, kNobody or kSeveral.
std::vector<std::size_t> Readers(const Network& network) {
  std::vector<std::size_t> readers(network.slots.size(), kNobody);
  for (std::size_t i = 0; i < network.steps.size(); ++i) {
    for (const SlotId operand : network.steps[i].operands) {
      std::size_t& reader = readers[static_cast<std::size_t>(operand)];
      reader = reader == kNobody ? i : kSeveral;
    }
  }
  return readers;
}

}  // namespace

void FuseSteps(Network& network) {
  const std::vector<std::size_t> readers = Readers(network);
  for (Step& step : network.steps) {
    while (step.kernel != nullptr) {
      const std::size_t reader = readers[static_cast<std::size_t>(step.output)];
      if (reader == kNobody || reader == kSeveral) break;
      Step& next = network.steps[reader];
      if (!step.kernel->Absorb(*next.kernel)) break;
      step.output = next.output;
      next.kernel = nullptr;  // its work is done in front
    }
  }
  std::erase_if(network.steps, [](const Step& step) { return step.kernel == nullptr; });
}

}  // namespace biglittle::nn
