#include "nn/compile/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/compile/network.h"
#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/turn_kernel.h"

namespace biglittle::nn {
namespace {

struct Extents {
  std::int64_t channels = 1;
  std::int64_t pixels = 1;
  // Both layouts are the same.
  bool neutral() const { return channels == 1 || pixels == 1; }
  bool operator==(const Extents&) const = default;
};

// A tensor whose batch is not in front is no feature map.
Extents ExtentsOf(const Dims& dims) {
  if (dims.size() < 3 || std::find(dims.begin() + 1, dims.end(), kBatch) != dims.end()) return {};
  return {dims[1], Product(dims, 2, static_cast<std::int64_t>(dims.size()))};
}

class LayoutChoice {
 public:
  explicit LayoutChoice(Network& network)
      : network_(network), channels_last_(network.slots.size(), false) {}

  void Choose() {
    std::vector<Step> steps = std::move(network_.steps);
    network_.steps.clear();
    for (Step& step : steps) {
      if (!TryChannelsLast(step)) MakePlanar(step);
      network_.steps.push_back(std::move(step));
    }
    for (SlotId& output : network_.output_slots) {
      if (IsChannelsLast(output)) output = PlanarCopy(output);
    }
  }

 private:
  const Dims& DimsOf(SlotId slot) const {
    return network_.slots[static_cast<std::size_t>(slot)].dims;
  }
  bool IsChannelsLast(SlotId slot) const { return channels_last_[static_cast<std::size_t>(slot)]; }

  bool TryChannelsLast(Step& step) {
    bool wanted = step.kernel->PrefersChannelsLast();
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
      wanted = wanted || IsChannelsLast(step.operands[i]);
    }
    if (!wanted || !step.kernel->ToChannelsLast()) return false;
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
      SlotId& operand = step.operands[i];
      const Dims& dims = step.operand_dims[i];
      if (IsChannelsLast(operand)) {
        if (ExtentsOf(DimsOf(operand)) == ExtentsOf(dims)) continue;
        operand = PlanarCopy(operand);  // the step sees it under another shape
      }
      if (ExtentsOf(dims).neutral()) continue;
      if (i == 0 && step.kernel->ReadPlanar()) continue;
      operand = ChannelsLastCopy(operand, dims);
    }
    channels_last_[static_cast<std::size_t>(step.output)] =
        !ExtentsOf(DimsOf(step.output)).neutral();
    return true;
  }

  void MakePlanar(Step& step) {
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
      SlotId& operand = step.operands[i];
      if (!IsChannelsLast(operand)) continue;
      const Extents extents = ExtentsOf(DimsOf(operand));
      if (i == 0 && step.kernel->ReadPixelsFirst(extents.channels, extents.pixels)) continue;
      operand = PlanarCopy(operand);
    }
  }

  SlotId PlanarCopy(SlotId slot) {
    const auto [entry, added] = planar_copies_.try_emplace(slot, 0);
    if (added) {
      const Extents extents = ExtentsOf(DimsOf(slot));
      entry->second = AddTurn(slot, DimsOf(slot), extents.pixels, extents.channels, false);
    }
    return entry->second;
  }

  SlotId ChannelsLastCopy(SlotId slot, const Dims& dims) {
    const auto [entry, added] = channels_last_copies_.try_emplace({slot, dims}, 0);
    if (added) {
      const Extents extents = ExtentsOf(dims);
      entry->second = AddTurn(slot, dims, extents.channels, extents.pixels, true);
    }
    return entry->second;
  }

  // `dims` by value: those of a slot move when slots are added.
  SlotId AddTurn(SlotId slot, Dims dims, std::int64_t rows, std::int64_t columns,
                 bool to_channels_last) {
    const auto id = static_cast<SlotId>(network_.slots.size());
    const Slot& turned = network_.slots[static_cast<std::size_t>(slot)];
    const bool bytes = turned.bytes;
    network_.slots.push_back(Slot{turned.elements, dims, turned.element, bytes});
    channels_last_.push_back(to_channels_last);
    const std::int64_t samples = dims[0] == kBatch ? 1 : dims[0];
    std::string name = to_channels_last ? "to channels last" : "to planar";
    std::unique_ptr<Kernel> kernel;
    if (bytes) {
      kernel = std::make_unique<ByteTurnKernel>(rows, columns, std::move(name));
    } else {
      kernel = std::make_unique<TurnKernel>(rows, columns, std::move(name));
    }
    network_.steps.push_back(Step{"layout", std::move(kernel), {slot}, {dims}, id, samples});
    return id;
  }

  Network& network_;
  std::vector<bool> channels_last_;  // by slot; never for one whose layouts are the same
  std::map<SlotId, SlotId> planar_copies_;
  std::map<std::pair<SlotId, Dims>, SlotId> channels_last_copies_;
};

}  // namespace

void ChooseLayouts(Network& network) { LayoutChoice(network).Choose(); }

}  // namespace biglittle::nn
