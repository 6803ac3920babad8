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

// Gates in the order of the file: input, output, forget, candidate.
class LstmCell final : public RecurrentCell {
 public:
  explicit LstmCell(const DirectionWeights& weights)
      : units_(weights.units),
        input_(PackGates(weights.input, weights.inputs, 0, 4 * units_, Bias(weights))),
        recurrent_(PackGates(weights.recurrent, units_, 0, 4 * units_, {})),
        peepholes_(weights.peepholes),
        gate_(weights.activations[0]),
        candidate_(weights.activations[1]),
        output_(weights.activations[2]) {}

  const simd::PackedMatrix& input_weights() const override { return input_; }
  std::int64_t WeightFloats() const override { return input_.floats() + recurrent_.floats(); }

  void Step(std::int64_t samples, float* gates, float* hidden, float* cell,
            float* scratch) const override {
    simd::MultiplyRows(recurrent_, hidden, samples, gates, gates);
    for (std::int64_t n = 0; n < samples; ++n) {
      Advance(gates + n * 4 * units_, hidden + n * units_, cell + n * units_, scratch);
    }
  }

 private:
  static std::vector<float> Bias(const DirectionWeights& weights) {
    std::vector<float> bias = weights.input_bias;
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += weights.recurrent_bias[i];
    return bias;
  }

  void Advance(float* gates, float* hidden, float* cell, float* scratch) const {
    float* input = gates;
    float* output = gates + units_;
    float* forget = gates + 2 * units_;
    float* candidate = gates + 3 * units_;
    Peep(0, cell, input);
    Peep(2, cell, forget);
    simd::Transform(candidate_, candidate, candidate, units_);
    if (peepholes_.empty()) {
      simd::Transform(gate_, gates, gates, 3 * units_);
    } else {
      simd::Transform(gate_, input, input, units_);
      simd::Transform(gate_, forget, forget, units_);
    }
    simd::SumOfProducts(forget, cell, input, candidate, cell, units_);
    if (!peepholes_.empty()) {
      Peep(1, cell, output);
      simd::Transform(gate_, output, output, units_);
    }
    simd::Transform(output_, cell, scratch, units_);
    simd::Multiply(output, scratch, hidden, units_);
  }

  // The gate also sees the cell.
  void Peep(std::int64_t which, const float* cell, float* gate) const {
    if (peepholes_.empty()) return;
    simd::MultiplyAdd(peepholes_.data() + which * units_, cell, gate, gate, units_);
  }

  const std::int64_t units_;
  const simd::PackedMatrix input_;
  const simd::PackedMatrix recurrent_;
  const std::vector<float> peepholes_;  // of input, output and forget gate
  const Activation gate_;
  const Activation candidate_;
  const Activation output_;
};

}  // namespace

absl::StatusOr<Lowered> LowerLSTM(const NodeView& node) {
  Attributes attributes(node);
  if (attributes.Int("input_forget", 0) != 0) {
    return node.Unsupported("coupled input and forget gates");
  }
  RecurrentOperator op;
  op.name = "lstm";
  op.gates = 4;
  op.activations = {{ActivationKind::kSigmoid}, {ActivationKind::kTanh}, {ActivationKind::kTanh}};
  op.cell_input = 6;
  op.peephole_input = 7;
  op.make_cell = [](const DirectionWeights& weights) {
    return std::make_unique<LstmCell>(weights);
  };
  return LowerRecurrent(node, attributes, op);
}

}  // namespace biglittle::nn
