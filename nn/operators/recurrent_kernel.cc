#include "nn/operators/recurrent_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nn/kernel/aligned_floats.h"
#include "nn/kernel/kernel.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {

struct RecurrentKernel::Block {
  std::int64_t first = 0;  // sample, of the whole batch
  std::int64_t samples = 0;
  std::int64_t direction = 0;
  float* gates = nullptr;    // [steps, samples, gates]
  float* scratch = nullptr;  // [samples, gates]
  float* hidden = nullptr;   // [samples, units]
  float* cell = nullptr;     // likewise
};

RecurrentKernel::RecurrentKernel(RecurrentParameters parameters) : p_(std::move(parameters)) {}

void RecurrentKernel::Run(const KernelArguments& arguments) const {
  const std::int64_t samples = arguments.batch * p_.samples;
  const std::int64_t blocks = (samples + kBlockSamples - 1) / kBlockSamples;
  arguments.workers->ForEach(
      blocks * static_cast<std::int64_t>(cells_.size()),
      [&](std::int64_t item, std::int64_t worker) { RunBlock(arguments, item, worker); });
}

void RecurrentKernel::RunBlock(const KernelArguments& arguments, std::int64_t item,
                               std::int64_t worker) const {
  const auto directions = static_cast<std::int64_t>(cells_.size());
  Block block = Divide(arguments.scratch + worker * BlockFloats());
  block.first = item / directions * kBlockSamples;
  block.samples = std::min(kBlockSamples, arguments.batch * p_.samples - block.first);
  block.direction = item % directions;
  const RecurrentCell& cell = *cells_[static_cast<std::size_t>(block.direction)];

  Project(arguments.inputs[0], block);
  Start(block, p_.first_hidden, block.hidden);
  Start(block, p_.first_cell, block.cell);
  if (p_.hidden_operand > 0) Load(block, arguments.inputs[p_.hidden_operand], block.hidden);
  if (p_.cell_operand > 0) Load(block, arguments.inputs[p_.cell_operand], block.cell);
  const bool backwards = p_.backwards[static_cast<std::size_t>(block.direction)];
  for (std::int64_t i = 0; i < p_.steps; ++i) {
    const std::int64_t t = backwards ? p_.steps - 1 - i : i;
    float* gates = block.gates + t * block.samples * GateFloats();
    cell.Step(block.samples, gates, block.hidden, block.cell, block.scratch);
    if (p_.what == RecurrentOutput::kAllSteps) Write(block, block.hidden, t, arguments.output);
  }
  if (p_.what == RecurrentOutput::kLastHidden) Write(block, block.hidden, 0, arguments.output);
  if (p_.what == RecurrentOutput::kLastCell) Write(block, block.cell, 0, arguments.output);
}

RecurrentKernel::Block RecurrentKernel::Divide(float* scratch) const {
  Block block;
  const auto take = [&scratch](std::int64_t floats) {
    return std::exchange(scratch, scratch + AlignedFloats::RoundUp(floats));
  };
  block.gates = take(p_.steps * kBlockSamples * GateFloats());
  block.scratch = take(kBlockSamples * GateFloats());
  block.hidden = take(kBlockSamples * p_.units);
  block.cell = take(kBlockSamples * p_.units);
  return block;
}

// The input's part of the gates, for all steps at once: it waits for nothing.
void RecurrentKernel::Project(const float* input, const Block& block) const {
  const simd::PackedMatrix& matrix =
      cells_[static_cast<std::size_t>(block.direction)]->input_weights();
  const std::int64_t rows = p_.steps * block.samples;
  std::array<const float*, simd::kBlockRows> pointers{};
  for (std::int64_t first = 0; first < rows; first += simd::kBlockRows) {
    const std::int64_t count = std::min(simd::kBlockRows, rows - first);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t t = (first + i) / block.samples;
      const std::int64_t n = block.first + (first + i) % block.samples;
      pointers[static_cast<std::size_t>(i)] = input + n * p_.input.sample + t * p_.input.step;
    }
    simd::TileBlock tile{std::span(pointers).first(static_cast<std::size_t>(count))};
    tile.last_panel = matrix.panels();
    tile.output = block.gates + first * GateFloats();
    tile.stride = GateFloats();
    simd::Multiply({&matrix, simd::kOneRun, p_.inputs}, tile);
  }
}

void RecurrentKernel::Start(const Block& block, const std::vector<float>& first,
                            float* state) const {
  if (first.empty()) {
    std::fill_n(state, block.samples * p_.units, 0.0F);
    return;
  }
  const auto directions = static_cast<std::int64_t>(cells_.size());
  const bool shared = static_cast<std::int64_t>(first.size()) == directions * p_.units;
  for (std::int64_t n = 0; n < block.samples; ++n) {
    const std::int64_t row =
        shared ? block.direction : block.direction * p_.samples + (block.first + n) % p_.samples;
    std::copy_n(first.data() + row * p_.units, p_.units, state + n * p_.units);
  }
}

void RecurrentKernel::Load(const Block& block, const float* operand, float* state) const {
  for (std::int64_t n = 0; n < block.samples; ++n) {
    std::copy_n(
        operand + (block.first + n) * p_.state.sample + block.direction * p_.state.direction,
        p_.units, state + n * p_.units);
  }
}

void RecurrentKernel::Write(const Block& block, const float* state, std::int64_t step,
                            float* output) const {
  for (std::int64_t n = 0; n < block.samples; ++n) {
    std::copy_n(state + n * p_.units, p_.units,
                output + (block.first + n) * p_.output.sample + step * p_.output.step +
                    block.direction * p_.output.direction);
  }
}

std::int64_t RecurrentKernel::GateFloats() const { return cells_[0]->input_weights().columns(); }

std::int64_t RecurrentKernel::BlockFloats() const {
  return AlignedFloats::RoundUp(p_.steps * kBlockSamples * GateFloats()) +
         AlignedFloats::RoundUp(kBlockSamples * GateFloats()) +
         2 * AlignedFloats::RoundUp(kBlockSamples * p_.units);
}

std::int64_t RecurrentKernel::ScratchFloats(std::int64_t /*max_batch*/,
                                            std::int64_t threads) const {
  return threads * BlockFloats();
}

std::string RecurrentKernel::Name() const {
  return fmt::format("{} {}->{}, {} steps{}", p_.name, p_.inputs, p_.units, p_.steps,
                     p_.backwards.size() > 1 ? ", both ways" : "");
}

void RecurrentKernel::Seal() {
  for (std::size_t d = 0; d < p_.backwards.size(); ++d) {
    cells_.push_back(p_.make_cell(static_cast<std::int64_t>(d)));
  }
  p_.make_cell = nullptr;
}

std::int64_t RecurrentKernel::WeightFloats() const {
  std::int64_t sum = 0;
  for (const auto& cell : cells_) sum += cell->WeightFloats();
  return sum;
}

}  // namespace biglittle::nn
