#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/kernel/activation.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/recurrent_kernel.h"
#include "nn/operators/recurrent_node.h"
#include "nn/simd/elementwise.h"
#include "nn/simd/gates.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {
namespace {

// Gates in the order of the file: update, reset, candidate.
class GruCell final : public RecurrentCell {
 public:
  // `reset_after`: the reset gate works on the product of the hidden state, not on the state.
  GruCell(const DirectionWeights& weights, bool reset_after)
      : units_(weights.units),
        reset_after_(reset_after),
        input_(PackGates(weights.input, weights.inputs, 0, 3 * units_, Bias(weights, reset_after))),
        update_reset_(PackGates(weights.recurrent, units_, 0, 2 * units_, {})),
        candidate_(PackGates(weights.recurrent, units_, 2 * units_, units_,
                             CandidateBias(weights, reset_after))),
        gate_activation_(weights.activations[0]),
        candidate_activation_(weights.activations[1]) {}

  const simd::PackedMatrix& input_weights() const override { return input_; }
  std::int64_t WeightFloats() const override {
    return input_.floats() + update_reset_.floats() + candidate_.floats();
  }

  void Step(std::int64_t samples, float* gates, float* hidden, float* /*cell*/,
            float* scratch) const override {
    float* update_reset = scratch;                      // [samples, 2 * units]
    float* candidate = scratch + samples * 2 * units_;  // [samples, units]
    simd::MultiplyRows(update_reset_, hidden, samples, nullptr, update_reset);
    for (std::int64_t n = 0; n < samples; ++n) {
      float* row = update_reset + n * 2 * units_;
      simd::Add(row, gates + n * 3 * units_, row, 2 * units_);
    }
    simd::Transform(gate_activation_, update_reset, update_reset, samples * 2 * units_);
    if (reset_after_) {
      simd::MultiplyRows(candidate_, hidden, samples, nullptr, candidate);
    } else {
      ResetState(samples, update_reset, hidden, gates, candidate);
    }
    for (std::int64_t n = 0; n < samples; ++n) {
      const float* update = update_reset + n * 2 * units_;
      const float* reset = update + units_;
      float* fresh = candidate + n * units_;
      const float* from_input = gates + n * 3 * units_ + 2 * units_;
      if (reset_after_) {
        simd::MultiplyAdd(reset, fresh, from_input, fresh, units_);
      } else {
        simd::Add(fresh, from_input, fresh, units_);
      }
      simd::Transform(candidate_activation_, fresh, fresh, units_);
      simd::Blend(update, hidden + n * units_, fresh, hidden + n * units_, units_);
    }
  }

 private:
  // The gates' biases add up, but for the candidate's if the reset gate comes between.
  static std::vector<float> Bias(const DirectionWeights& weights, bool reset_after) {
    std::vector<float> bias = weights.input_bias;
    const std::size_t count =
        reset_after ? 2 * static_cast<std::size_t>(weights.units) : bias.size();
    for (std::size_t i = 0; i < count; ++i) bias[i] += weights.recurrent_bias[i];
    return bias;
  }
  static std::vector<float> CandidateBias(const DirectionWeights& weights, bool reset_after) {
    if (!reset_after) return {};
    const auto units = static_cast<std::ptrdiff_t>(weights.units);
    return {weights.recurrent_bias.begin() + 2 * units, weights.recurrent_bias.end()};
  }

  // candidate = (reset * hidden) times the candidate's weights. The gates' first parts have done
  // their work and give the room for the factor.
  void ResetState(std::int64_t samples, const float* update_reset, const float* hidden,
                  float* gates, float* candidate) const {
    for (std::int64_t n = 0; n < samples; ++n) {
      float* factor = gates + n * 3 * units_;
      simd::Multiply(update_reset + n * 2 * units_ + units_, hidden + n * units_, factor, units_);
      simd::MultiplyRows(candidate_, factor, 1, nullptr, candidate + n * units_);
    }
  }

  const std::int64_t units_;
  const bool reset_after_;
  const simd::PackedMatrix input_;
  const simd::PackedMatrix update_reset_;
  const simd::PackedMatrix candidate_;
  const Activation gate_activation_;
  const Activation candidate_activation_;
};

}  // namespace

absl::StatusOr<Lowered> LowerGRU(const NodeView& node) {
  Attributes attributes(node);
  const bool reset_after = attributes.Int("linear_before_reset", 0) != 0;
  RecurrentOperator op;
  op.name = "gru";
  op.gates = 3;
  op.activations = {{ActivationKind::kSigmoid}, {ActivationKind::kTanh}};
  op.make_cell = [reset_after](const DirectionWeights& weights) {
    return std::make_unique<GruCell>(weights, reset_after);
  };
  return LowerRecurrent(node, attributes, op);
}

}  // namespace biglittle::nn
