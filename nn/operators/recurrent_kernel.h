// LSTM, GRU and RNN: a cell that is run along the time axis, in one or two directions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nn/kernel/kernel.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {

// What happens in one step of one direction. Immutable.
class RecurrentCell {
 public:
  virtual ~RecurrentCell() = default;

  // The input's part of all gates, bias included: [inputs, gates * units].
  virtual const simd::PackedMatrix& input_weights() const = 0;
  virtual std::int64_t WeightFloats() const = 0;
  // Advances `samples` samples. `gates` holds the input's part and may be written over; `hidden`
  // and `cell` are the state, [samples, units] each; `scratch` has as many floats as `gates`.
  virtual void Step(std::int64_t samples, float* gates, float* hidden, float* cell,
                    float* scratch) const = 0;
};

// Where a tensor's sample n, step t and direction d lie.
struct RecurrentStrides {
  std::int64_t sample = 0;
  std::int64_t step = 0;
  std::int64_t direction = 0;
};

enum class RecurrentOutput : std::uint8_t { kAllSteps, kLastHidden, kLastCell };

struct RecurrentParameters {
  std::string_view name;  // of the operator
  std::int64_t steps = 1;
  std::int64_t inputs = 1;
  std::int64_t units = 1;
  // Samples in the operand for each of the net's: 1, or its own N where shapes are fixed.
  std::int64_t samples = 1;
  RecurrentStrides input;
  RecurrentStrides output;
  RecurrentOutput what = RecurrentOutput::kAllSteps;
  std::vector<bool> backwards;  // one for each direction
  // Packs the weights of a direction. Only Seal calls it: nodes may share what it keeps.
  std::function<std::unique_ptr<RecurrentCell>(std::int64_t direction)> make_cell;
  std::int64_t multiply_adds = 0;  // of a sample of the net
  // [directions, units] if all samples share it, [directions, samples, units] else; empty: zeros.
  std::vector<float> first_hidden;
  std::vector<float> first_cell;
  // Which operand of the step is the first state instead; 0: none is.
  std::size_t hidden_operand = 0;
  std::size_t cell_operand = 0;
  RecurrentStrides state;  // of such an operand
};

class RecurrentKernel final : public Kernel {
 public:
  // Samples that a thread takes through time together: they share each load of the weights.
  static constexpr std::int64_t kBlockSamples = 8;

  explicit RecurrentKernel(RecurrentParameters parameters);

  void Run(const KernelArguments& arguments) const override;
  std::string Name() const override;
  std::int64_t MultiplyAdds() const override { return p_.multiply_adds; }
  std::int64_t WeightFloats() const override;
  std::int64_t ScratchFloats(std::int64_t max_batch, std::int64_t threads) const override;
  void Seal() override;

 private:
  struct Block;  // samples of one direction that go through time together

  Block Divide(float* scratch) const;
  void RunBlock(const KernelArguments& arguments, std::int64_t item, std::int64_t worker) const;
  void Project(const float* input, const Block& block) const;
  void Start(const Block& block, const std::vector<float>& first, float* state) const;
  // The first state from an operand.
  void Load(const Block& block, const float* operand, float* state) const;
  void Write(const Block& block, const float* state, std::int64_t step, float* output) const;
  std::int64_t BlockFloats() const;
  std::int64_t GateFloats() const;  // of a sample and step

  RecurrentParameters p_;
  std::vector<std::unique_ptr<RecurrentCell>> cells_;  // one for each direction
};

}  // namespace biglittle::nn
