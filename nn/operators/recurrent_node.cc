#include "nn/operators/recurrent_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/activation.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/recurrent_kernel.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {
namespace {

// Where time, samples and directions stand among the dimensions of the input and the outputs.
struct RecurrentShape {
  bool samples_first = false;  // the attribute layout
  std::int64_t steps = 0;
  std::int64_t samples = 0;  // kBatch, or a number where shapes are fixed
  std::int64_t inputs = 0;
};

struct RecurrentAttributes {
  std::vector<bool> backwards;
  std::vector<Activation> activations;  // of all directions, one after the other
  bool samples_first = false;
  std::int64_t units = 0;  // 0: not given
};

absl::StatusOr<Activation> ActivationOf(const NodeView& node, const std::string& name) {
  constexpr std::pair<std::string_view, ActivationKind> kKnown[] = {
      {"Sigmoid", ActivationKind::kSigmoid},
      {"Tanh", ActivationKind::kTanh},
      {"Relu", ActivationKind::kRelu},
  };
  for (const auto& [known, kind] : kKnown) {
    if (name == known) return Activation{kind};
  }
  // With the numbers that the ONNX operators of these names have by default.
  if (name == "HardSigmoid") return Activation{ActivationKind::kHardSigmoid, 0.2F, 0.5F};
  if (name == "LeakyRelu") return Activation{ActivationKind::kLeakyRelu, 0.01F};
  return node.Unsupported(fmt::format("the activation {}", Quote(name)));
}

// Numbers for the activations are taken only as far as they say what holds without them.
absl::Status CheckNumbers(const NodeView& node, Attributes& attributes,
                          const std::vector<std::string>& names) {
  const std::vector<float> alpha = attributes.Floats("activation_alpha");
  const std::vector<float> beta = attributes.Floats("activation_beta");
  std::size_t next_alpha = 0;
  std::size_t next_beta = 0;
  const auto same = [](const std::vector<float>& given, std::size_t& next, float usual) {
    return next >= given.size() || std::fabs(given[next++] - usual) < 1e-6F;
  };
  bool usual = true;
  for (const std::string& name : names) {
    if (name == "HardSigmoid") {
      usual = same(alpha, next_alpha, 0.2F) && usual;
      usual = same(beta, next_beta, 0.5F) && usual;
    } else if (name == "LeakyRelu") {
      usual = same(alpha, next_alpha, 0.01F) && usual;
    }
  }
  if (attributes.Float("clip", 0.0F) != 0.0F) return node.Unsupported("the attribute 'clip'");
  return usual ? absl::OkStatus()
               : node.Unsupported("its activations have other numbers than by default");
}

absl::StatusOr<RecurrentAttributes> ReadAttributes(const NodeView& node, Attributes& attributes,
                                                   const RecurrentOperator& op) {
  RecurrentAttributes read;
  const std::string direction = attributes.Text("direction", "forward");
  if (direction == "forward") {
    read.backwards = {false};
  } else if (direction == "reverse") {
    read.backwards = {true};
  } else if (direction == "bidirectional") {
    read.backwards = {false, true};
  } else {
    return node.Invalid(fmt::format("direction {} is not known", Quote(direction)));
  }
  const std::vector<std::string> names = attributes.Texts("activations");
  if (absl::Status s = CheckNumbers(node, attributes, names); !s.ok()) return s;
  read.samples_first = node.opset() >= 14 && attributes.Int("layout", 0) != 0;
  read.units = attributes.Int("hidden_size", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  for (const std::string& name : names) {
    const absl::StatusOr<Activation> activation = ActivationOf(node, name);
    if (!activation.ok()) return activation.status();
    read.activations.push_back(*activation);
  }
  while (names.empty() && read.activations.size() < op.activations.size() * read.backwards.size()) {
    read.activations.insert(read.activations.end(), op.activations.begin(), op.activations.end());
  }
  if (read.activations.size() != op.activations.size() * read.backwards.size()) {
    return node.Invalid(fmt::format("{} activations for {} directions of {} each", names.size(),
                                    read.backwards.size(), op.activations.size()));
  }
  return read;
}

absl::StatusOr<RecurrentShape> ShapeOf(const NodeView& node, bool samples_first) {
  const absl::StatusOr<TensorType> input = node.Float(0);
  if (!input.ok()) return input.status();
  const Dims& dims = input->dims;
  if (dims.size() != 3) {
    return node.Invalid(fmt::format("its input {} has not three dimensions", ToString(dims)));
  }
  const std::size_t at = samples_first ? 0 : 1;
  if (dims[1 - at] == kBatch || dims[2] == kBatch) {
    return node.Unsupported("it works along the batch dimension, so samples would mix");
  }
  return RecurrentShape{samples_first, dims[1 - at], dims[at], dims[2]};
}

// A constant input of shape `dims`, or nullptr if it is left out.
absl::StatusOr<ConstantPtr> Optional(const NodeView& node, int input, const Dims& dims) {
  if (input < 0 || !node.Has(input)) return ConstantPtr();
  const absl::StatusOr<ConstantPtr> constant = node.FloatConstant(input);
  if (!constant.ok()) return constant;
  if ((*constant)->type.dims != dims) {
    return node.Invalid(fmt::format("input {} of shape {} should be {}", input,
                                    ToString((*constant)->type.dims), ToString(dims)));
  }
  return constant;
}

std::vector<float> Part(const ConstantPtr& constant, std::int64_t first, std::int64_t count) {
  if (constant == nullptr) return {};
  const float* const begin = constant->floats.data() + first;
  return {begin, begin + count};
}

Dims StateDims(const RecurrentShape& shape, std::int64_t directions, std::int64_t units) {
  return shape.samples_first ? Dims{shape.samples, directions, units}
                             : Dims{directions, shape.samples, units};
}

// True if the first state is computed by the net, or given to it.
bool IsComputed(const NodeView& node, int input) {
  return input >= 0 && node.Has(input) && !node.IsConstant(input);
}

absl::Status CheckComputedState(const NodeView& node, int input, const Dims& dims) {
  const absl::StatusOr<TensorType> type = node.Float(input);
  if (!type.ok()) return type.status();
  if (type->dims == dims) return absl::OkStatus();
  return node.Unsupported(fmt::format("input {} of shape {} should be {}", input,
                                      ToString(type->dims), ToString(dims)));
}

// The first state as [directions, samples, units], or [directions, units] if all samples share it.
absl::StatusOr<std::vector<float>> FirstState(const NodeView& node, int input,
                                              const RecurrentShape& shape, std::int64_t directions,
                                              std::int64_t units) {
  if (input < 0 || !node.Has(input) || !node.IsConstant(input)) return std::vector<float>();
  // What is the same for every sample of a batch has a 1 in the batch's place.
  const std::int64_t samples = shape.samples == kBatch ? 1 : shape.samples;
  const Dims dims =
      shape.samples_first ? Dims{samples, directions, units} : Dims{directions, samples, units};
  const absl::StatusOr<ConstantPtr> given = Optional(node, input, dims);
  if (!given.ok()) return given.status();
  const std::vector<float>& floats = (*given)->floats;
  if (std::ranges::all_of(floats, [](float x) { return x == 0.0F; })) return std::vector<float>();
  if (!shape.samples_first) return floats;
  std::vector<float> turned;
  for (std::int64_t d = 0; d < directions; ++d) {
    for (std::int64_t n = 0; n < samples; ++n) {
      const float* const row = floats.data() + (n * directions + d) * units;
      turned.insert(turned.end(), row, row + units);
    }
  }
  return turned;
}

RecurrentStrides InputStrides(const RecurrentShape& shape) {
  // With a batch the samples are outermost in memory, whatever the order of the dimensions.
  if (shape.samples == kBatch || shape.samples_first) {
    return {shape.steps * shape.inputs, shape.inputs, 0};
  }
  return {shape.inputs, shape.samples * shape.inputs, 0};
}

RecurrentStrides OutputStrides(const RecurrentShape& shape, std::int64_t steps,
                               std::int64_t directions, std::int64_t units) {
  if (shape.samples == kBatch || shape.samples_first) {
    return {steps * directions * units, directions * units, units};
  }
  return {units, directions * shape.samples * units, shape.samples * units};
}

Dims OutputDims(const RecurrentShape& shape, RecurrentOutput what, std::int64_t directions,
                std::int64_t units) {
  if (what != RecurrentOutput::kAllSteps) {
    return shape.samples_first ? Dims{shape.samples, directions, units}
                               : Dims{directions, shape.samples, units};
  }
  return shape.samples_first ? Dims{shape.samples, shape.steps, directions, units}
                             : Dims{shape.steps, directions, shape.samples, units};
}

// The weights of a node, kept until its cells are made.
struct NodeWeights {
  ConstantPtr input;
  ConstantPtr recurrent;
  ConstantPtr bias;       // may be nullptr
  ConstantPtr peepholes;  // may be nullptr
};

absl::StatusOr<NodeWeights> ReadWeights(const NodeView& node, const RecurrentOperator& op,
                                        const RecurrentParameters& p) {
  const auto directions = static_cast<std::int64_t>(p.backwards.size());
  const std::int64_t gates = op.gates * p.units;
  // The registry demands the first two.
  const std::pair<int, Dims> expected[] = {{1, {directions, gates, p.inputs}},
                                           {2, {directions, gates, p.units}},
                                           {3, {directions, 2 * gates}},
                                           {op.peephole_input, {directions, 3 * p.units}}};
  NodeWeights weights;
  ConstantPtr* const targets[] = {&weights.input, &weights.recurrent, &weights.bias,
                                  &weights.peepholes};
  for (std::size_t i = 0; i < std::size(targets); ++i) {
    absl::StatusOr<ConstantPtr> constant = Optional(node, expected[i].first, expected[i].second);
    if (!constant.ok()) return constant.status();
    *targets[i] = *std::move(constant);
  }
  return weights;
}

DirectionWeights WeightsOf(const NodeWeights& node, const RecurrentOperator& op,
                           std::int64_t inputs, std::int64_t units, std::int64_t direction,
                           const std::vector<Activation>& activations) {
  const std::int64_t gates = op.gates * units;
  const std::vector<float> zeros(static_cast<std::size_t>(gates), 0.0F);
  const std::int64_t bias = direction * 2 * gates;
  DirectionWeights weights;
  weights.inputs = inputs;
  weights.units = units;
  weights.input = node.input->floats.data() + direction * gates * inputs;
  weights.recurrent = node.recurrent->floats.data() + direction * gates * units;
  weights.input_bias = node.bias == nullptr ? zeros : Part(node.bias, bias, gates);
  weights.recurrent_bias = node.bias == nullptr ? zeros : Part(node.bias, bias + gates, gates);
  weights.peepholes = Part(node.peepholes, direction * 3 * units, 3 * units);
  const auto count = static_cast<std::int64_t>(op.activations.size());
  const auto* const first = activations.data() + direction * count;
  weights.activations.assign(first, first + count);
  return weights;
}

// All samples must use all steps.
absl::Status CheckLengths(const NodeView& node, std::int64_t steps) {
  if (!node.Has(4)) return absl::OkStatus();
  const bool whole = node.IsConstant(4) && node.Type(4).element == ElementType::kInt32 &&
                     std::ranges::all_of(node.ConstantAt(4)->ints,
                                         [steps](std::int64_t length) { return length == steps; });
  return whole ? absl::OkStatus() : node.Unsupported("sequences of different lengths");
}

}  // namespace

absl::StatusOr<Lowered> LowerRecurrent(const NodeView& node, Attributes& attributes,
                                       const RecurrentOperator& op) {
  const auto read = ReadAttributes(node, attributes, op);
  if (!read.ok()) return read.status();
  const auto shape = ShapeOf(node, read->samples_first);
  if (!shape.ok()) return shape.status();
  if (absl::Status s = CheckLengths(node, shape->steps); !s.ok()) return s;
  const Dims& recurrent = node.Type(2).dims;
  RecurrentParameters p;
  p.units = recurrent.empty() ? 0 : recurrent.back();
  if (p.units < 1 || (read->units != 0 && read->units != p.units)) {
    return node.Invalid(
        fmt::format("hidden_size {} does not fit weights {}", read->units, ToString(recurrent)));
  }
  const auto directions = static_cast<std::int64_t>(read->backwards.size());
  p.what = static_cast<RecurrentOutput>(node.output_index());
  absl::StatusOr<TensorType> output = node.Output(OutputDims(*shape, p.what, directions, p.units));
  if (!output.ok()) return output.status();

  // What one thread works in, and the packed weights, must be of a sane size too.
  const std::int64_t gates = op.gates * p.units;
  const Dims worked_in = {RecurrentKernel::kBlockSamples, shape->steps, gates};
  if (absl::Status s = node.Output(worked_in).status(); !s.ok()) return s;
  const Dims packed = {std::max(shape->inputs, p.units), simd::PackedColumns(gates)};
  if (absl::Status s = node.Output(packed).status(); !s.ok()) return s;

  p.name = op.name;
  p.steps = shape->steps;
  p.inputs = shape->inputs;
  p.samples = shape->samples == kBatch ? 1 : shape->samples;
  p.input = InputStrides(*shape);
  const bool all = p.what == RecurrentOutput::kAllSteps;
  p.output = OutputStrides(*shape, all ? p.steps : 1, directions, p.units);
  p.backwards = read->backwards;
  const absl::StatusOr<NodeWeights> weights = ReadWeights(node, op, p);
  if (!weights.ok()) return weights.status();
  p.make_cell = [op, weights = *weights, inputs = p.inputs, units = p.units,
                 activations = read->activations](std::int64_t direction) {
    return op.make_cell(WeightsOf(weights, op, inputs, units, direction, activations));
  };
  p.multiply_adds = p.samples * p.steps * directions * gates * (p.inputs + p.units);
  auto hidden = FirstState(node, 5, *shape, directions, p.units);
  if (!hidden.ok()) return hidden.status();
  p.first_hidden = *std::move(hidden);
  auto cell = FirstState(node, op.cell_input, *shape, directions, p.units);
  if (!cell.ok()) return cell.status();
  p.first_cell = *std::move(cell);
  Computed computed{nullptr, {0}};
  const Dims state = StateDims(*shape, directions, p.units);
  p.state = OutputStrides(*shape, 1, directions, p.units);
  for (const auto& [input, operand] :
       {std::pair{5, &p.hidden_operand}, std::pair{op.cell_input, &p.cell_operand}}) {
    if (!IsComputed(node, input)) continue;
    if (absl::Status s = CheckComputedState(node, input, state); !s.ok()) return s;
    *operand = computed.operands.size();
    computed.operands.push_back(input);
  }
  computed.kernel = std::make_unique<RecurrentKernel>(std::move(p));
  return Lowered{*std::move(output), std::move(computed)};
}

simd::PackedMatrix PackGates(const float* weights, std::int64_t depth, std::int64_t first,
                             std::int64_t count, const std::vector<float>& bias) {
  return simd::PackedMatrix(
      depth, count,
      [&](std::int64_t k, std::int64_t column) { return weights[(first + column) * depth + k]; },
      bias);
}

}  // namespace biglittle::nn
