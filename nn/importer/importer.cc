#include "nn/importer/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <onnx/onnx.pb.h>

#include "core/protobuf_scan.h"
#include "nn/graph/graph.h"
#include "nn/graph/load_limits.h"
#include "nn/graph/ordering.h"
#include "nn/importer/functions.h"
#include "nn/importer/tensors.h"
#include "nn/operators/registry.h"

namespace biglittle::nn {
namespace {

absl::Status Invalid(const std::string& reason) { return absl::InvalidArgumentError(reason); }
absl::Status Unsupported(const std::string& reason) { return absl::UnimplementedError(reason); }

// nullopt for a domain whose operators the engine does not have.
std::optional<Domain> DomainOf(const std::string& domain) {
  if (domain.empty() || domain == "ai.onnx") return Domain::kStandard;
  if (domain == "ai.onnx.ml") return Domain::kMl;
  if (domain == "com.microsoft") return Domain::kMicrosoft;
  return std::nullopt;
}

const OperatorDefinition* FindOperator(const onnx::NodeProto& node) {
  const std::optional<Domain> domain = DomainOf(node.domain());
  return domain ? FindOperator(node.op_type(), *domain) : nullptr;
}

class Importer {
 public:
  Importer(const LoadLimits& limits, const ImportOptions& options)
      : limits_(limits), options_(options), scopes_(1) {}

  absl::StatusOr<Graph> Import(onnx::ModelProto& model) {
    if (!model.has_graph()) return Invalid("it has no graph; is it an ONNX file?");
    graph_.producer = model.producer_name();
    if (!model.producer_version().empty()) graph_.producer += " " + model.producer_version();
    if (absl::Status s = ImportOpset(model); !s.ok()) return s;
    if (absl::Status s = InlineFunctions(model, limits_.max_nodes); !s.ok()) return s;
    const onnx::GraphProto& graph = model.graph();
    if (absl::Status s = ImportInitializers(graph); !s.ok()) return s;
    if (absl::Status s = ImportInputs(graph); !s.ok()) return s;
    if (absl::Status s = ImportNodes(graph, graph_.nodes); !s.ok()) return s;
    if (absl::Status s = ImportGraphOutputs(graph); !s.ok()) return s;
    if (absl::Status s = CheckUses(graph_.nodes); !s.ok()) return s;
    NoteUnknownOperators();
    return std::move(graph_);
  }

 private:
  absl::Status ImportOpset(const onnx::ModelProto& model) {
    bool given = false;
    for (const onnx::OperatorSetIdProto& set : model.opset_import()) {
      if (DomainOf(set.domain()) != Domain::kStandard) continue;
      graph_.opset = set.version();
      given = true;
    }
    // A file of trees has no operator of the standard domain, and need not say its opset.
    if (!given) {
      graph_.opset = kMaxOpset;
      const bool standard = std::ranges::any_of(model.graph().node(), [](const auto& node) {
        return DomainOf(node.domain()) == Domain::kStandard;
      });
      if (standard) {
        return Unsupported("it does not say its opset, or is cut short; export it again");
      }
    }
    if (graph_.opset >= kMinOpset && graph_.opset <= kMaxOpset) return absl::OkStatus();
    return Unsupported(
        fmt::format("its opset is {}, supported are {} to {}; export it again with one of these "
                    "(PyTorch: torch.onnx.export(..., dynamo=False, opset_version=17))",
                    graph_.opset, kMinOpset, kMaxOpset));
  }

  // OK if the problem was noted and the import may go on.
  absl::Status Note(absl::Status problem) {
    if (options_.obstacles == nullptr) return problem;
    options_.obstacles->push_back(std::move(problem));
    return absl::OkStatus();
  }

  ValueId NewValue(const std::string& name) {
    graph_.values.push_back(Value{name, nullptr});
    defined_.push_back(false);
    return static_cast<ValueId>(graph_.values.size() - 1);
  }

  // The id of a value: of the innermost body that defines it, else of the whole graph, where it is
  // made at its first mention.
  ValueId Id(const std::string& name) {
    for (std::size_t i = scopes_.size(); i-- > 1;) {
      const auto found = scopes_[i].find(name);
      if (found != scopes_[i].end()) return found->second;
    }
    const auto [entry, added] = scopes_[0].try_emplace(name, kNoValue);
    if (added) entry->second = NewValue(name);
    return entry->second;
  }

  absl::StatusOr<ValueId> Define(const std::string& name) {
    const ValueId id = Id(name);
    if (defined_[static_cast<std::size_t>(id)]) {
      return Invalid(fmt::format("value {} is defined twice", Quote(name)));
    }
    defined_[static_cast<std::size_t>(id)] = true;
    return id;
  }

  absl::Status ImportInitializers(const onnx::GraphProto& graph) {
    if (graph.sparse_initializer_size() > 0) return Unsupported("it has sparse initializers");
    for (const onnx::TensorProto& tensor : graph.initializer()) {
      absl::StatusOr<ConstantPtr> constant =
          ImportTensor(tensor, fmt::format("initializer {}", Quote(tensor.name())), options_.files);
      if (!constant.ok()) return constant.status();
      const absl::StatusOr<ValueId> id = Define(tensor.name());
      if (!id.ok()) return id.status();
      graph_.values[static_cast<std::size_t>(*id)].constant = *std::move(constant);
    }
    return absl::OkStatus();
  }

  absl::Status ImportInputs(const onnx::GraphProto& graph) {
    std::unordered_set<std::string> initializers;
    for (const onnx::TensorProto& tensor : graph.initializer()) initializers.insert(tensor.name());
    for (const onnx::ValueInfoProto& input : graph.input()) {
      if (initializers.contains(input.name())) continue;  // old files list them among the inputs
      if (graph_.inputs.size() >= limits_.max_inputs) {
        return absl::ResourceExhaustedError(
            fmt::format("it has more than the {} inputs that are allowed", limits_.max_inputs));
      }
      absl::StatusOr<GraphInput> imported = ImportInput(input);
      if (!imported.ok()) return imported.status();
      const absl::StatusOr<ValueId> id = Define(input.name());
      if (!id.ok()) return id.status();
      imported->value = *id;
      graph_.inputs.push_back(*std::move(imported));
    }
    return graph_.inputs.empty() ? Invalid("it has no input") : absl::OkStatus();
  }

  static absl::StatusOr<GraphInput> ImportInput(const onnx::ValueInfoProto& input) {
    const std::string what = fmt::format("input {}", Quote(input.name()));
    const onnx::TypeProto_Tensor& type = input.type().tensor_type();
    GraphInput imported;
    const std::optional<ElementType> element = ElementTypeOf(type.elem_type());
    if (!element || *element == ElementType::kText) {
      return Unsupported(
          fmt::format("{} is {}; the engine takes numbers", what, TypeName(type.elem_type())));
    }
    imported.element = *element;
    if (!type.has_shape()) return imported;
    if (type.shape().dim_size() > static_cast<int>(kMaxRank)) {
      return Unsupported(fmt::format("{} has more than {} dimensions", what, kMaxRank));
    }
    imported.dims.emplace();
    for (const onnx::TensorShapeProto_Dimension& dim : type.shape().dim()) {
      // -1 and 0 are what some tools write for a size that is open.
      imported.dims->push_back(std::max<std::int64_t>(dim.dim_value(), 0));
      imported.symbols.push_back(dim.dim_param());
    }
    return imported;
  }

  absl::Status ImportAttributes(const onnx::NodeProto& proto, Node& node) {
    std::unordered_set<std::string> names;
    for (const onnx::AttributeProto& attribute : proto.attribute()) {
      const std::string what =
          fmt::format("{}: attribute {}", Describe(node), Quote(attribute.name()));
      if (!names.insert(attribute.name()).second) {
        return Invalid(fmt::format("{} is given twice", what));
      }
      absl::StatusOr<Attribute> imported = ImportAttribute(attribute, what, options_.files);
      if (!imported.ok()) return imported.status();
      if (attribute.type() == onnx::AttributeProto::GRAPH && attribute.has_g()) {
        absl::StatusOr<BodyPtr> body = ImportBody(attribute.g(), node);
        if (!body.ok()) return body.status();
        imported->value = *std::move(body);
      }
      node.attributes.push_back(*std::move(imported));
    }
    return absl::OkStatus();
  }

  // Those beyond what the operator computes must not be used: masks, statistics of training.
  absl::Status ImportOutputs(const onnx::NodeProto& proto, int max_outputs, Node& node) {
    const int computed = std::min(proto.output_size(), max_outputs);
    for (int i = 0; i < proto.output_size(); ++i) {
      if (i >= computed) {
        extra_outputs_.insert(proto.output(i));
      } else if (proto.output(i).empty()) {
        node.outputs.push_back(kNoValue);
      } else {
        const absl::StatusOr<ValueId> output = Define(proto.output(i));
        if (!output.ok()) return output.status();
        node.outputs.push_back(*output);
      }
    }
    if (std::ranges::all_of(node.outputs, [](ValueId id) { return id == kNoValue; })) {
      return Invalid(fmt::format("{}: it has no output", Describe(node)));
    }
    return absl::OkStatus();
  }

  absl::Status ImportNodes(const onnx::GraphProto& graph, std::vector<Node>& nodes) {
    nodes_ += static_cast<std::size_t>(graph.node_size());
    if (nodes_ > limits_.max_nodes) {
      return absl::ResourceExhaustedError(
          fmt::format("it has {} nodes, {} are allowed", nodes_, limits_.max_nodes));
    }
    for (const onnx::NodeProto& proto : graph.node()) {
      Node node;
      node.name = proto.name();
      node.op_type = proto.op_type();
      node.position = nodes.size();
      node.opset = graph_.opset;
      node.domain = DomainOf(proto.domain()).value_or(Domain::kStandard);
      const OperatorDefinition* const definition = FindOperator(proto);
      if (definition == nullptr) {
        if (absl::Status s = NoteUnknown(node, proto.domain()); !s.ok()) return s;
        node.op_type.clear();  // which no operator is called
      }
      for (const std::string& input : proto.input()) {
        node.inputs.push_back(input.empty() ? kNoValue : Id(input));
      }
      const int outputs = definition == nullptr ? proto.output_size() : definition->max_outputs;
      if (absl::Status s = ImportOutputs(proto, outputs, node); !s.ok()) return s;
      if (definition != nullptr) {
        if (absl::Status s = ImportAttributes(proto, node); !s.ok()) return s;
      }
      nodes.push_back(std::move(node));
    }
    return absl::OkStatus();
  }

  // Of operators that are missing the first node of each is named, and how many more there are.
  absl::Status NoteUnknown(const Node& node, const std::string& domain) {
    const bool standard = DomainOf(domain) == Domain::kStandard;
    const std::string reason =
        fmt::format("the engine does not have this operator{}{}",
                    standard ? "" : " of domain " + Quote(domain), AdviceFor(domain));
    if (options_.obstacles == nullptr) {
      return Unsupported(fmt::format("{}: {}", Describe(node), reason));
    }
    const auto [entry, added] = unknown_.try_emplace({domain, node.op_type});
    if (added) entry->second = Unknown{Describe(node), reason, 0};
    ++entry->second.nodes;
    return absl::OkStatus();
  }

  static std::string AdviceFor(const std::string& domain) {
    if (domain == "com.microsoft" || domain == "com.microsoft.nchwc") {
      return ": the file was saved by ONNX Runtime's optimizer, take the one before it (or "
             "optimize with ORT_ENABLE_BASIC)";
    }
    if (DomainOf(domain) != Domain::kStandard) return "";
    return " (docs/operators.md lists what it has)";
  }

  void NoteUnknownOperators() {
    for (const auto& [name, unknown] : unknown_) {
      const std::string more =
          unknown.nodes > 1 ? fmt::format(" (and {} more such nodes)", unknown.nodes - 1) : "";
      options_.obstacles->push_back(
          Unsupported(fmt::format("{}{}: {}", unknown.node, more, unknown.reason)));
    }
  }

  // Gives every value that a body defines an id of its own, whatever is called so around it.
  absl::Status OpenScope(const onnx::GraphProto& graph) {
    std::unordered_map<std::string, ValueId> names;
    const auto add = [&](const std::string& name) {
      if (!name.empty()) names.try_emplace(name, NewValue(name));
    };
    for (const auto& input : graph.input()) add(input.name());
    for (const auto& tensor : graph.initializer()) add(tensor.name());
    for (const auto& node : graph.node()) {
      for (const std::string& output : node.output()) add(output);
    }
    scopes_.push_back(std::move(names));
    return absl::OkStatus();
  }

  absl::StatusOr<BodyPtr> ImportBody(const onnx::GraphProto& graph, Node& node) {
    constexpr std::size_t kMaxDepth = 16;
    if (scopes_.size() > kMaxDepth) {
      return Unsupported(
          fmt::format("{}: it is a loop in a loop in a loop, {} deep", Describe(node), kMaxDepth));
    }
    if (absl::Status s = OpenScope(graph); !s.ok()) return s;
    absl::StatusOr<BodyPtr> body = ImportBodyInScope(graph, node);
    scopes_.pop_back();
    return body;
  }

  absl::StatusOr<BodyPtr> ImportBodyInScope(const onnx::GraphProto& graph, Node& node) {
    auto body = std::make_shared<Body>();
    if (absl::Status s = ImportInitializers(graph); !s.ok()) return s;
    for (const auto& input : graph.input()) {
      const absl::StatusOr<ValueId> id = Define(input.name());
      if (!id.ok()) return id.status();
      body->inputs.push_back(*id);
    }
    if (absl::Status s = ImportNodes(graph, body->nodes); !s.ok()) return s;
    for (const auto& output : graph.output()) body->outputs.push_back(Id(output.name()));
    std::unordered_set<ValueId> own;
    for (const auto& [name, id] : scopes_.back()) own.insert(id);
    const auto capture = [&](ValueId id) {
      if (id != kNoValue && !own.contains(id)) node.captured.push_back(id);
    };
    for (const Node& inner : body->nodes) {
      std::ranges::for_each(inner.inputs, capture);
      std::ranges::for_each(inner.captured, capture);
    }
    std::ranges::for_each(body->outputs, capture);
    std::ranges::sort(node.captured);
    node.captured.erase(std::unique(node.captured.begin(), node.captured.end()),
                        node.captured.end());
    if (absl::Status s = CheckUses(body->nodes, &own); !s.ok()) return s;
    if (absl::Status s = OrderNodes(*body, graph_.values.size()); !s.ok()) return s;
    return BodyPtr(std::move(body));
  }

  absl::Status ImportGraphOutputs(const onnx::GraphProto& graph) {
    if (graph.output_size() == 0) return Invalid("it has no output");
    if (static_cast<std::size_t>(graph.output_size()) > limits_.max_outputs) {
      return absl::ResourceExhaustedError(fmt::format("it has {} outputs, {} are allowed",
                                                      graph.output_size(), limits_.max_outputs));
    }
    std::unordered_set<std::string> names;
    for (const onnx::ValueInfoProto& output : graph.output()) {
      if (!names.insert(output.name()).second) {
        return Invalid(fmt::format("output {} is given twice", Quote(output.name())));
      }
      if (absl::Status s = ImportGraphOutput(output); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

  absl::Status ImportGraphOutput(const onnx::ValueInfoProto& output) {
    GraphOutput imported{Id(output.name()), std::nullopt};
    if (extra_outputs_.contains(output.name())) {
      return Unsupported(
          fmt::format("output {} is the second output of a node, which the engine "
                      "does not compute",
                      Quote(output.name())));
    }
    if (!defined_[static_cast<std::size_t>(imported.value)]) {
      return Invalid(fmt::format("output {} is computed by no node", Quote(output.name())));
    }
    const onnx::TypeProto_Tensor& type = output.type().tensor_type();
    if (type.has_shape()) imported.dims.emplace();
    for (const onnx::TensorShapeProto_Dimension& dim : type.shape().dim()) {
      imported.dims->push_back(dim.dim_value() > 0 ? dim.dim_value() : kBatch);
    }
    graph_.outputs.push_back(std::move(imported));
    return absl::OkStatus();
  }

  // `own`: only the values among them, for what is around a body may be defined behind it.
  absl::Status CheckUses(const std::vector<Node>& nodes,
                         const std::unordered_set<ValueId>* own = nullptr) {
    for (const Node& node : nodes) {
      const auto check = [&](ValueId input) {
        const bool looked_at = input != kNoValue && (own == nullptr || own->contains(input));
        return !looked_at || defined_[static_cast<std::size_t>(input)];
      };
      for (const auto* values : {&node.inputs, &node.captured}) {
        const auto bad = std::ranges::find_if_not(*values, check);
        if (bad != values->end()) return Undefined(node, *bad);
      }
    }
    return absl::OkStatus();
  }

  absl::Status Undefined(const Node& node, ValueId input) const {
    const std::string& name = graph_.values[static_cast<std::size_t>(input)].name;
    return extra_outputs_.contains(name)
               ? Unsupported(fmt::format("{}: its input {} is the second output of a node, "
                                         "which the engine does not compute",
                                         Describe(node), Quote(name)))
               : Invalid(fmt::format("{}: its input {} is computed by no node", Describe(node),
                                     Quote(name)));
  }

  // An operator that is missing.
  struct Unknown {
    std::string node;  // the first
    std::string reason;
    std::size_t nodes = 0;
  };

  const LoadLimits& limits_;
  const ImportOptions& options_;
  Graph graph_;
  // The names of the whole graph, then those of the bodies that are being read.
  std::vector<std::unordered_map<std::string, ValueId>> scopes_;
  std::vector<bool> defined_;
  std::unordered_set<std::string> extra_outputs_;
  std::size_t nodes_ = 0;                                           // read so far
  std::map<std::pair<std::string, std::string>, Unknown> unknown_;  // by domain and name
};

// What Git keeps in the place of a large file (https://git-lfs.com): a text of three lines.
bool IsLargeFilePointer(std::string_view text) {
  return text.starts_with("version https://git-lfs.github.com/spec/");
}

}  // namespace

absl::StatusOr<Graph> ImportOnnx(std::span<const std::byte> bytes, const LoadLimits& limits,
                                 const ImportOptions& options) {
  constexpr std::size_t kFieldsPerNode = 256;  // far more than exporters write
  constexpr std::size_t kLongest = std::numeric_limits<std::int32_t>::max();
  if (bytes.size() > std::min(limits.max_file_bytes, kLongest)) {
    return absl::ResourceExhaustedError(
        fmt::format("it has {} bytes, {} are allowed", bytes.size(), limits.max_file_bytes));
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (IsLargeFilePointer(text)) {
    return Invalid("it is a Git LFS pointer, not the file itself: fetch it with 'git lfs pull'");
  }
  switch (ScanProtobuf(text, *onnx::ModelProto::descriptor(),
                       {.max_fields = kFieldsPerNode * limits.max_nodes})) {
    case ProtobufScan::kFits:
      break;
    case ProtobufScan::kTooManyItems:
    case ProtobufScan::kTooManyFields:
      return absl::ResourceExhaustedError("it has far more parts than a net needs");
    case ProtobufScan::kBroken:
      return Invalid("it is not an ONNX file, or it is cut short");
  }
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Invalid("it is not an ONNX file, or it is cut short");
  }
  return Importer(limits, options).Import(model);
}

}  // namespace biglittle::nn
