#include "nn/compile/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/compile/folding.h"
#include "nn/compile/load_budget.h"
#include "nn/compile/network.h"
#include "nn/graph/graph.h"
#include "nn/graph/load_limits.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/node_view.h"
#include "nn/operators/registry.h"

namespace biglittle::nn {
namespace {

constexpr SlotId kNoSlot = -1;

std::set<ValueId> NeededValues(const Graph& graph) {
  std::set<ValueId> needed;
  for (const GraphOutput& output : graph.outputs) needed.insert(output.value);
  for (const Node& node : graph.nodes) needed.insert(node.inputs.begin(), node.inputs.end());
  needed.erase(kNoValue);
  return needed;
}

class Compiler {
 public:
  Compiler(const Graph& graph, const LoadLimits& limits)
      : graph_(graph),
        max_elements_(static_cast<std::int64_t>(std::min<std::size_t>(
            limits.max_tensor_bytes / sizeof(float), static_cast<std::size_t>(kMaxElements)))),
        budget_(max_elements_, limits),
        known_(graph.values.size()),
        needed_(NeededValues(graph)),
        slot_of_(graph.values.size(), kNoSlot),
        network_(std::make_unique<Network>()) {}

  absl::StatusOr<std::unique_ptr<Network>> Compile() {
    if (absl::Status s = DefineInputs(); !s.ok()) return s;
    for (const Node& node : graph_.nodes) {
      if (absl::Status s = LowerNode(node); !s.ok()) return s;
      network_->info.operators.push_back(node.op_type);
    }
    for (const GraphOutput& output : graph_.outputs) {
      if (absl::Status s = DefineOutput(output); !s.ok()) return s;
    }
    FillInfo();
    return std::move(network_);
  }

 private:
  KnownValue& Known(ValueId id) { return known_[static_cast<std::size_t>(id)]; }
  SlotId& SlotOf(ValueId id) { return slot_of_[static_cast<std::size_t>(id)]; }

  SlotId NewSlot(const TensorType& type) {
    network_->slots.push_back(Slot{type.elements(), type.dims});
    return static_cast<SlotId>(network_->slots.size() - 1);
  }

  absl::Status DefineInputs() {
    for (std::size_t i = 0; i < graph_.values.size(); ++i) {
      const ConstantPtr& constant = graph_.values[i].constant;
      if (constant == nullptr) continue;
      known_[i] = KnownValue{constant->type, constant};
      if (constant->type.elements() <= max_elements_) continue;
      return absl::ResourceExhaustedError(
          fmt::format("initializer {} has the shape {}, beyond the limit of {} elements",
                      Quote(graph_.values[i].name), ToString(constant->type.dims), max_elements_));
    }
    const auto elements = CountElements(graph_.input_dims);
    if (!elements.has_value() || *elements > max_elements_) {
      return absl::ResourceExhaustedError(
          fmt::format("input {} has the shape {}, beyond the limit of {} elements",
                      Quote(graph_.values[static_cast<std::size_t>(graph_.input)].name),
                      ToString(graph_.input_dims), max_elements_));
    }
    Known(graph_.input).type = TensorType{ElementType::kFloat32, graph_.input_dims};
    SlotOf(graph_.input) = network_->input_slot = NewSlot(Known(graph_.input).type);
    network_->input = PortOf(graph_.input);
    network_->fixed_shapes = !Known(graph_.input).type.batched();
    return absl::OkStatus();
  }

  Port PortOf(ValueId id) {
    const TensorType& type = Known(id).type;
    return Port{graph_.values[static_cast<std::size_t>(id)].name,
                {type.dims.begin() + (type.batched() ? 1 : 0), type.dims.end()},
                type.elements()};
  }

  absl::StatusOr<NodeView> ViewOf(const Node& node, const OperatorDefinition& definition) {
    std::vector<const KnownValue*> inputs;
    for (const ValueId id : node.inputs) {
      inputs.push_back(id == kNoValue ? nullptr : &Known(id));
    }
    NodeView view(node, graph_.opset, std::move(inputs), max_elements_);
    if (view.AnyOneForBatch() && !definition.one_for_batch) {
      return view.Unsupported("it reads a constant whose shape has the batch size, not in front");
    }
    if (graph_.opset < definition.since_opset) {
      return view.Invalid(fmt::format("the operator came with opset {}, the model has opset {}",
                                      definition.since_opset, graph_.opset));
    }
    if (view.input_count() > definition.max_inputs) {
      return view.Invalid(fmt::format("it has {} inputs, {} at most are possible",
                                      view.input_count(), definition.max_inputs));
    }
    for (int i = 0; i < definition.min_inputs; ++i) {
      if (!view.Has(i)) return view.Invalid(fmt::format("input {} is missing", i));
    }
    for (int i = 0; i < view.input_count() && !definition.any_batch_place; ++i) {
      if (!view.Has(i) || !view.Type(i).turned()) continue;
      return view.Unsupported(fmt::format("the batch dimension of input {} {} is not in front", i,
                                          ToString(view.Type(i).dims)));
    }
    return view;
  }

  absl::Status LowerNode(const Node& node) {
    const OperatorDefinition* definition = FindOperator(node.op_type);  // the importer has checked
    const absl::StatusOr<NodeView> view = ViewOf(node, *definition);
    if (!view.ok()) return view.status();
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (!needed_.contains(node.outputs[i])) continue;
      const NodeView output = view->ForOutput(static_cast<int>(i));
      absl::StatusOr<Lowered> lowered = definition->lower(output);
      if (!lowered.ok()) return lowered.status();
      if (lowered->type.turned() && !definition->any_batch_place) {
        return view->Unsupported("it would move the batch dimension from the front");
      }
      const bool one_for_batch = lowered->one_for_batch || output.AnyOneForBatch();
      if (absl::Status s = Define(output, node.outputs[i], *std::move(lowered)); !s.ok()) return s;
      KnownValue& defined = Known(node.outputs[i]);
      defined.one_for_batch = one_for_batch && defined.constant != nullptr;
    }
    return absl::OkStatus();
  }

  absl::Status Define(const NodeView& view, ValueId id, Lowered lowered) {
    const absl::StatusOr<std::int64_t> repeat = TakeBack(view, lowered);
    if (!repeat.ok()) return repeat.status();
    if (!CountElements(lowered.type.dims).has_value() && !lowered.type.IsEmptyList()) {
      return view.Invalid(fmt::format("its output would have the impossible shape {}",
                                      ToString(lowered.type.dims)));
    }
    Known(id).type = lowered.type;
    if (auto* constant = std::get_if<ConstantPtr>(&lowered.how)) {
      Known(id).constant = std::move(*constant);
      return view.input_count() > 0 ? budget_.SpendConstant(view, lowered.type) : absl::OkStatus();
    }
    if (std::holds_alternative<View>(lowered.how)) return DefineView(view, id);
    auto& computed = std::get<Computed>(lowered.how);
    const bool known =
        !Known(id).type.batched() && std::ranges::all_of(computed.operands, [&view](int operand) {
          return view.IsConstant(operand);
        });
    return known ? ComputeNow(view, id, computed, *repeat)
                 : AddStep(view, id, std::move(computed), *repeat);
  }

  // Gives the output back the first dimension that the operator was shown as a batch
  // (NodeView::Batched), and returns it; 1 if there was no need to.
  static absl::StatusOr<std::int64_t> TakeBack(const NodeView& view, Lowered& lowered) {
    if (!lowered.type.batched()) return 1;
    for (int i = 0; i < view.input_count(); ++i) {
      if (view.Has(i) && view.Type(i).has_batch()) return 1;
    }
    const auto* computed = std::get_if<Computed>(&lowered.how);
    if (computed != nullptr && computed->operands.empty()) return 1;  // made up for each sample
    const int operand = computed == nullptr ? 0 : computed->operands[0];
    const std::int64_t rows = view.Type(operand).dims.at(0);
    lowered.type.dims[0] = rows;
    const absl::StatusOr<TensorType> checked = view.Output(lowered.type.dims);
    if (!checked.ok()) return checked.status();
    return rows;
  }

  absl::Status DefineView(const NodeView& view, ValueId id) {
    KnownValue& output = Known(id);
    if (!view.IsConstant(0)) {
      SlotOf(id) = SlotOf(view.node().inputs[0]);
      return absl::OkStatus();
    }
    if (view.ConstantAt(0)->type == output.type) {
      output.constant = view.ConstantAt(0);
      return absl::OkStatus();
    }
    if (absl::Status s = budget_.SpendConstant(view, output.type); !s.ok()) return s;
    auto reshaped = std::make_shared<Constant>(*view.ConstantAt(0));
    reshaped->type = output.type;
    output.constant = std::move(reshaped);
    return absl::OkStatus();
  }

  absl::Status AddStep(const NodeView& view, ValueId id, Computed computed, std::int64_t repeat) {
    const TensorType& type = Known(id).type;
    if (absl::Status s = budget_.SpendStep(view, type); !s.ok()) return s;
    if (absl::Status s = budget_.SpendWork(view, computed, type, repeat); !s.ok()) return s;
    const Node& node = view.node();
    Step step{Describe(node), std::move(computed.kernel), {}, {}, NewSlot(Known(id).type), repeat};
    for (const int operand : computed.operands) {
      const ValueId input = node.inputs[static_cast<std::size_t>(operand)];
      if (SlotOf(input) == kNoSlot) {
        return view.Unsupported(fmt::format("input {} cannot be a constant here", operand));
      }
      step.operands.push_back(SlotOf(input));
      step.operand_dims.push_back(Known(input).type.dims);
    }
    SlotOf(id) = step.output;
    network_->steps.push_back(std::move(step));
    return absl::OkStatus();
  }

  // What depends on nothing but constants is a constant.
  absl::Status ComputeNow(const NodeView& view, ValueId id, const Computed& computed,
                          std::int64_t repeat) {
    const TensorType& type = Known(id).type;
    if (absl::Status s = budget_.SpendConstant(view, type); !s.ok()) return s;
    if (absl::Status s = budget_.SpendWork(view, computed, type, repeat); !s.ok()) return s;
    absl::StatusOr<ConstantPtr> folded = Fold(view, computed, type, repeat, max_elements_);
    if (!folded.ok()) return folded.status();
    Known(id).constant = *std::move(folded);
    return absl::OkStatus();
  }

  absl::Status DefineOutput(const GraphOutput& output) {
    const std::string name = Quote(graph_.values[static_cast<std::size_t>(output.value)].name);
    const TensorType& type = Known(output.value).type;
    if (Known(output.value).constant != nullptr) {
      return absl::InvalidArgumentError(
          fmt::format("output {} does not depend on the input", name));
    }
    if (type.turned()) {
      return absl::UnimplementedError(fmt::format(
          "output {} has the shape {}: the batch must be in front", name, ToString(type.dims)));
    }
    if (output.dims.has_value() && !Agrees(*output.dims, type.dims)) {
      return absl::InvalidArgumentError(
          fmt::format("output {} is declared as {}, its node computes {}", name,
                      ToString(*output.dims), ToString(type.dims)));
    }
    network_->outputs.push_back(PortOf(output.value));
    network_->output_slots.push_back(SlotOf(output.value));
    return absl::OkStatus();
  }

  // The declared shape may leave sizes open, and name any number in the place of the batch.
  static bool Agrees(const Dims& declared, const Dims& computed) {
    if (declared.size() != computed.size()) return false;
    for (std::size_t i = 0; i < declared.size(); ++i) {
      if (computed[i] != kBatch && declared[i] != kBatch && declared[i] != computed[i])
        return false;
    }
    return true;
  }

  void FillInfo() {
    ModelInfo& info = network_->info;
    info.producer = graph_.producer;
    info.opset = graph_.opset;
    for (const ValueId id : needed_) {
      const ConstantPtr& initializer = graph_.values[static_cast<std::size_t>(id)].constant;
      if (initializer == nullptr) continue;
      info.parameters += static_cast<std::int64_t>(initializer->floats.size());
    }
  }

  const Graph& graph_;
  const std::int64_t max_elements_;
  LoadBudget budget_;
  std::vector<KnownValue> known_;
  const std::set<ValueId> needed_;
  std::vector<SlotId> slot_of_;
  std::unique_ptr<Network> network_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Network>> Compile(const Graph& graph, const LoadLimits& limits) {
  return Compiler(graph, limits).Compile();
}

}  // namespace biglittle::nn
