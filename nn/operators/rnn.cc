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
#include "nn/simd/tile_product.h"

namespace biglittle::nn {
namespace {

class RnnCell final : public RecurrentCell {
 public:
  explicit RnnCell(const DirectionWeights& weights)
      : units_(weights.units),
        input_(PackGates(weights.input, weights.inputs, 0, units_, weights.input_bias)),
        recurrent_(PackGates(weights.recurrent, units_, 0, units_, weights.recurrent_bias)),
        activation_(weights.activations[0]) {}

  const simd::PackedMatrix& input_weights() const override { return input_; }
  std::int64_t WeightFloats() const override { return input_.floats() + recurrent_.floats(); }
  void Step(std::int64_t samples, float* gates, float* hidden, float* /*cell*/,
            float* /*scratch*/) const override {
    simd::MultiplyRows(recurrent_, hidden, samples, gates, gates);
    simd::Transform(activation_, gates, hidden, samples * units_);
  }

 private:
  const std::int64_t units_;
  const simd::PackedMatrix input_;
  const simd::PackedMatrix recurrent_;
  const Activation activation_;
};

}  // namespace

absl::StatusOr<Lowered> LowerRNN(const NodeView& node) {
  Attributes attributes(node);
  RecurrentOperator op;
  op.name = "rnn";
  op.gates = 1;
  op.activations = {{ActivationKind::kTanh}};
  op.make_cell = [](const DirectionWeights& weights) { return std::make_unique<RnnCell>(weights); };
  return LowerRecurrent(node, attributes, op);
}

}  // namespace biglittle::nn
