#include "nn/compile/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/compile/control_flow.h"
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

// What `nodes` read, those in their bodies too.
void AddNeeded(const std::vector<Node>& nodes, std::set<ValueId>& needed) {
  for (const Node& node : nodes) {
    needed.insert(node.inputs.begin(), node.inputs.end());
    for (const Attribute& attribute : node.attributes) {
      const auto* body = std::get_if<BodyPtr>(&attribute.value);
      if (body == nullptr) continue;
      needed.insert((*body)->outputs.begin(), (*body)->outputs.end());
      AddNeeded((*body)->nodes, needed);
    }
  }
}

std::set<ValueId> NeededValues(const Graph& graph) {
  std::set<ValueId> needed;
  for (const GraphOutput& output : graph.outputs) needed.insert(output.value);
  AddNeeded(graph.nodes, needed);
  needed.erase(kNoValue);
  return needed;
}

// An answer that no input changes.
class RepeatedConstant final : public Kernel {
 public:
  explicit RepeatedConstant(std::vector<float> values) : values_(std::move(values)) {}
  void Run(const KernelArguments& arguments) const override {
    std::ranges::copy(values_, arguments.output);
  }
  std::string Name() const override { return "constant"; }

 private:
  const std::vector<float> values_;
};

class Compiler final : public NodeLowering {
 public:
  Compiler(const Graph& graph, const LoadLimits& limits, const CompileOptions& options)
      : graph_(graph),
        options_(options),
        max_nodes_(limits.max_nodes),
        max_elements_(static_cast<std::int64_t>(std::min<std::size_t>(
            limits.max_tensor_bytes / sizeof(float), static_cast<std::size_t>(kMaxElements)))),
        budget_(max_elements_, limits),
        known_(graph.values.size()),
        needed_(NeededValues(graph)),
        slot_of_(graph.values.size(), kNoSlot),
        network_(std::make_unique<Network>()) {}

  absl::StatusOr<std::unique_ptr<Network>> Compile() {
    if (absl::Status s = DefineConstants(); !s.ok()) return s;
    for (std::size_t i = 0; i < graph_.inputs.size(); ++i) {
      if (absl::Status s = DefineInput(graph_.inputs[i], options_.inputs[i]); !s.ok()) return s;
    }
    if (network_->inputs.empty()) return absl::InvalidArgumentError("all its inputs are constants");
    const Slot& first = network_->slots[static_cast<std::size_t>(network_->input_slots[0])];
    network_->fixed_shapes = first.dims.empty() || first.dims[0] != kBatch;
    network_->one_by_one = options_.one_by_one;
    for (const Node& node : graph_.nodes) {
      if (absl::Status s = LowerNode(node); !s.ok()) return s;
    }
    for (const GraphOutput& output : graph_.outputs) {
      if (unknown_.contains(output.value)) continue;
      if (absl::Status s = DefineOutput(output); !s.ok()) {
        if (absl::Status t = Note(std::move(s)); !t.ok()) return t;
      }
    }
    if (options_.obstacles != nullptr && !options_.obstacles->empty()) {
      return options_.obstacles->front();
    }
    FillInfo();
    return std::move(network_);
  }

  // NodeLowering.
  const KnownValue& ValueOf(ValueId id) const override {
    return known_[static_cast<std::size_t>(id)];
  }
  void SetConstant(ValueId id, ConstantPtr constant) override {
    TensorType type = constant->type;
    Known(id) = KnownValue{std::move(type), std::move(constant)};
    SlotOf(id) = kNoSlot;
  }
  void Alias(ValueId id, ValueId from) override {
    Known(id) = Known(from);
    SlotOf(id) = SlotOf(from);
    if (unknown_.contains(from)) unknown_.insert(id);
  }
  ValueId NewValue() override {
    known_.emplace_back();
    slot_of_.push_back(kNoSlot);
    const auto id = static_cast<ValueId>(known_.size() - 1);
    needed_.insert(id);
    return id;
  }
  absl::Status Lower(const Node& node) override { return LowerNode(node); }
  absl::Status SpendTurn(const Node& node) override {
    if (++lowered_ <= max_nodes_) return absl::OkStatus();
    return absl::ResourceExhaustedError(fmt::format(
        "{}: with its loops written out the net has more than the {} nodes that are allowed",
        Describe(node), max_nodes_));
  }

 private:
  KnownValue& Known(ValueId id) { return known_[static_cast<std::size_t>(id)]; }
  SlotId& SlotOf(ValueId id) { return slot_of_[static_cast<std::size_t>(id)]; }
  // "" for one that no file has named.
  std::string NameOf(ValueId id) const {
    const auto i = static_cast<std::size_t>(id);
    return i < graph_.values.size() ? graph_.values[i].name : "";
  }

  // OK if the problem was noted and the rest may be looked at.
  absl::Status Note(absl::Status problem) {
    constexpr std::size_t kMostObstacles = 100;
    const bool go_on = options_.obstacles != nullptr &&
                       problem.code() != absl::StatusCode::kResourceExhausted &&
                       options_.obstacles->size() < kMostObstacles;
    if (!go_on) return problem;
    options_.obstacles->push_back(std::move(problem));
    return absl::OkStatus();
  }

  SlotId NewSlot(const TensorType& type) {
    network_->slots.push_back(Slot{type.elements(), type.dims, type.element});
    return static_cast<SlotId>(network_->slots.size() - 1);
  }

  absl::Status DefineConstants() {
    for (std::size_t i = 0; i < graph_.values.size(); ++i) {
      const ConstantPtr& constant = graph_.values[i].constant;
      if (constant == nullptr) continue;
      known_[i] = KnownValue{constant->type, constant};
      if (constant->type.element == ElementType::kText) {
        known_[i].texts = std::make_shared<const std::vector<std::string>>(constant->texts);
      }
      if (constant->type.elements() <= max_elements_) continue;
      return absl::ResourceExhaustedError(
          fmt::format("initializer {} has the shape {}, beyond the limit of {} elements",
                      Quote(graph_.values[i].name), ToString(constant->type.dims), max_elements_));
    }
    return absl::OkStatus();
  }

  // One whose value is known is a constant like the others.
  absl::Status DefineInput(const GraphInput& input, const Dims& dims) {
    const auto value = options_.values.find(NameOf(input.value));
    if (value != options_.values.end()) return DefineValue(input, dims, value->second);
    const auto elements = CountElements(dims);
    if (!elements.has_value() || *elements > max_elements_) {
      return absl::ResourceExhaustedError(
          fmt::format("input {} has the shape {}, beyond the limit of {} elements",
                      Quote(NameOf(input.value)), ToString(dims), max_elements_));
    }
    Known(input.value).type = TensorType{input.element, dims};
    SlotOf(input.value) = NewSlot(Known(input.value).type);
    network_->input_slots.push_back(SlotOf(input.value));
    network_->inputs.push_back(PortOf(input.value));
    return absl::OkStatus();
  }

  absl::Status DefineValue(const GraphInput& input, const Dims& dims,
                           const std::vector<float>& numbers) {
    Dims own = dims;
    if (!own.empty() && own[0] == kBatch) own[0] = 1;
    const auto elements = CountElements(own);
    if (elements != static_cast<std::int64_t>(numbers.size())) {
      return absl::InvalidArgumentError(fmt::format("input {} is given {} numbers for the shape {}",
                                                    Quote(NameOf(input.value)), numbers.size(),
                                                    ToString(own)));
    }
    Constant constant{{input.element, own}, {}, {}};
    if (input.element == ElementType::kFloat32) {
      constant.floats = numbers;
    } else {
      for (const float x : numbers) constant.ints.push_back(static_cast<std::int64_t>(x));
    }
    SetConstant(input.value, std::make_shared<const Constant>(std::move(constant)));
    return absl::OkStatus();
  }

  Port PortOf(ValueId id) {
    const TensorType& type = Known(id).type;
    const bool sample =
        type.batched() || (options_.one_by_one && !type.dims.empty() && type.dims[0] == 1);
    Port port{NameOf(id),
              {type.dims.begin() + (sample ? 1 : 0), type.dims.end()},
              type.elements(),
              std::string(Name(type.element))};
    if (Known(id).texts != nullptr) port.texts = *Known(id).texts;
    return port;
  }

  absl::StatusOr<NodeView> ViewOf(const Node& node, const OperatorDefinition& definition) {
    std::vector<const KnownValue*> inputs;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId id = node.inputs[i];
      const bool given = id != kNoValue && !IsLeftOut(definition, i, Known(id));
      inputs.push_back(given ? &Known(id) : nullptr);
    }
    NodeView view(node, node.opset, std::move(inputs), max_elements_);
    if (view.AnyOneForBatch() && !definition.one_for_batch) {
      return view.Unsupported("it reads a constant whose shape has the batch size, not in front");
    }
    if (definition.domain == Domain::kStandard && node.opset < definition.since_opset) {
      return view.Invalid(fmt::format("the operator came with opset {}, the model has opset {}",
                                      definition.since_opset, node.opset));
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

  // An optional parameter without elements, which older tools write for one that they do not give.
  static bool IsLeftOut(const OperatorDefinition& definition, std::size_t input,
                        const KnownValue& value) {
    return value.type.IsEmptyList() && value.type.element == ElementType::kFloat32 &&
           static_cast<int>(input) >= definition.min_inputs &&
           definition.max_inputs <= static_cast<int>(kMaxRank);
  }

  absl::Status LowerNode(const Node& node) {
    network_->info.operators.push_back(node.op_type);
    if (absl::Status s = SpendTurn(node); !s.ok()) return s;
    for (const ValueId output : node.outputs) {
      if (output == kNoValue) continue;
      Known(output) = KnownValue{};  // of a loop's turn before
      SlotOf(output) = kNoSlot;
    }
    if (node.op_type.empty() && options_.obstacles == nullptr) {
      return absl::UnimplementedError("it has an operator that the engine does not have");
    }
    // Whatever depends on a node that cannot be computed is passed over in silence.
    const auto unknown = [this](ValueId id) { return unknown_.contains(id); };
    const bool skip = std::ranges::any_of(node.inputs, unknown) ||
                      std::ranges::any_of(node.captured, unknown) || node.op_type.empty();
    absl::Status status = skip ? absl::OkStatus() : LowerKnownNode(node);
    if (!status.ok()) status = Note(std::move(status));
    for (const ValueId output : node.outputs) {
      const bool undefined =
          output != kNoValue && Known(output).constant == nullptr && SlotOf(output) == kNoSlot;
      if (undefined && options_.obstacles != nullptr) unknown_.insert(output);
    }
    return status;
  }

  absl::Status LowerKnownNode(const Node& node) {
    if (IsControlFlow(node)) return LowerControlFlow(node, *this);
    // The importer has checked that there is one.
    const OperatorDefinition* definition = FindOperator(node.op_type, node.domain);
    const absl::StatusOr<NodeView> view = ViewOf(node, *definition);
    if (!view.ok()) return view.status();
    if (absl::Status s = CheckElements(*view); !s.ok()) return s;
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

  // An empty list is a shape or a parameter; few operators take it for data.
  static absl::Status CheckElements(const NodeView& view) {
    constexpr std::array<std::string_view, 14> kTakeEmptyLists = {
        "Cast",   "Concat",     "ConstantOfShape", "Expand",   "Flatten",
        "Gather", "Identity",   "Reshape",         "Shape",    "Size",
        "Slice",  "ReduceProd", "Squeeze",         "Unsqueeze"};
    if (!view.Has(0) || !view.Type(0).IsEmptyList()) return absl::OkStatus();
    if (std::ranges::find(kTakeEmptyLists, view.node().op_type) != kTakeEmptyLists.end()) {
      return absl::OkStatus();
    }
    return view.Unsupported("its input has no elements");
  }

  absl::Status Define(const NodeView& view, ValueId id, Lowered lowered) {
    const absl::StatusOr<std::int64_t> repeat = TakeBack(view, lowered);
    if (!repeat.ok()) return repeat.status();
    if (!CountElements(lowered.type.dims).has_value() && !lowered.type.IsEmptyList()) {
      return view.Invalid(fmt::format("its output would have the impossible shape {}",
                                      ToString(lowered.type.dims)));
    }
    Known(id).type = lowered.type;
    Known(id).texts = std::move(lowered.texts);
    if (lowered.type.element == ElementType::kText && Known(id).texts == nullptr) {
      if (!view.Has(0) || view.Texts(0) == nullptr)
        return view.Unsupported("it computes with texts");
      Known(id).texts = view.Texts(0);  // moved, not changed
    }
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
    const auto& scales = reshaped->quantised;
    const bool of_rows = scales != nullptr && scales->axis == 0 && output.type.rank() > 0 &&
                         output.type.dims[0] == std::ssize(scales->scales);
    if (scales != nullptr && scales->scales.size() > 1 && !of_rows) reshaped->quantised = nullptr;
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

  // A step that answers what is known at Load.
  absl::Status AddConstantStep(ValueId id, const std::string& name) {
    const Constant& constant = *Known(id).constant;
    if (!network_->fixed_shapes || constant.type.IsEmptyList() ||
        constant.type.element == ElementType::kText) {
      return absl::InvalidArgumentError(
          fmt::format("output {} does not depend on the input", name));
    }
    std::vector<float> values = constant.floats;
    for (const std::int64_t x : constant.ints) values.push_back(static_cast<float>(x));
    SlotOf(id) = NewSlot(constant.type);
    network_->steps.push_back(Step{"output " + name,
                                   std::make_unique<RepeatedConstant>(std::move(values)),
                                   {},
                                   {},
                                   SlotOf(id)});
    return absl::OkStatus();
  }

  absl::Status DefineOutput(const GraphOutput& output) {
    const std::string name = Quote(NameOf(output.value));
    const TensorType& type = Known(output.value).type;
    if (Known(output.value).constant != nullptr && SlotOf(output.value) == kNoSlot) {
      if (absl::Status s = AddConstantStep(output.value, name); !s.ok()) return s;
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
      if (id >= std::ssize(graph_.values)) continue;
      const ConstantPtr& initializer = graph_.values[static_cast<std::size_t>(id)].constant;
      if (initializer == nullptr) continue;
      info.parameters += static_cast<std::int64_t>(initializer->floats.size());
    }
  }

  const Graph& graph_;
  const CompileOptions& options_;
  const std::size_t max_nodes_;
  const std::int64_t max_elements_;
  LoadBudget budget_;
  std::size_t lowered_ = 0;       // nodes
  std::deque<KnownValue> known_;  // views of nodes point into it while it grows
  std::set<ValueId> needed_;
  std::set<ValueId> unknown_;  // what depends on a noted problem
  std::vector<SlotId> slot_of_;
  std::unique_ptr<Network> network_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Network>> Compile(const Graph& graph, const LoadLimits& limits,
                                                 const CompileOptions& options) {
  return Compiler(graph, limits, options).Compile();
}

}  // namespace biglittle::nn
