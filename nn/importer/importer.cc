#include "nn/importer/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
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
#include "nn/importer/tensors.h"
#include "nn/operators/registry.h"

namespace biglittle::nn {
namespace {

absl::Status Invalid(const std::string& reason) { return absl::InvalidArgumentError(reason); }
absl::Status Unsupported(const std::string& reason) { return absl::UnimplementedError(reason); }

bool IsStandardDomain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

class Importer {
 public:
  Importer(const LoadLimits& limits, Shapes shapes) : limits_(limits), shapes_(shapes) {}

  absl::StatusOr<Graph> Import(const onnx::ModelProto& model) {
    if (!model.has_graph()) return Invalid("it has no graph; is it an ONNX file?");
    graph_.producer = model.producer_name();
    if (!model.producer_version().empty()) graph_.producer += " " + model.producer_version();
    if (absl::Status s = ImportOpset(model); !s.ok()) return s;
    const onnx::GraphProto& graph = model.graph();
    if (static_cast<std::size_t>(graph.node_size()) > limits_.max_nodes) {
      return absl::ResourceExhaustedError(
          fmt::format("it has {} nodes, {} are allowed", graph.node_size(), limits_.max_nodes));
    }
    if (absl::Status s = ImportInitializers(graph); !s.ok()) return s;
    if (absl::Status s = ImportInput(graph); !s.ok()) return s;
    if (absl::Status s = ImportNodes(graph); !s.ok()) return s;
    if (absl::Status s = ImportGraphOutputs(graph); !s.ok()) return s;
    if (absl::Status s = CheckUses(); !s.ok()) return s;
    return std::move(graph_);
  }

 private:
  absl::Status ImportOpset(const onnx::ModelProto& model) {
    for (const onnx::OperatorSetIdProto& set : model.opset_import()) {
      if (IsStandardDomain(set.domain())) graph_.opset = set.version();
    }
    if (graph_.opset >= kMinOpset && graph_.opset <= kMaxOpset) return absl::OkStatus();
    return Unsupported(fmt::format("its opset is {}, supported are {} to {}; export it again",
                                   graph_.opset, kMinOpset, kMaxOpset));
  }

  // The id of a value, made at its first mention.
  ValueId Id(const std::string& name) {
    const auto [entry, added] = ids_.try_emplace(name, static_cast<ValueId>(graph_.values.size()));
    if (added) {
      graph_.values.push_back(Value{name, nullptr});
      defined_.push_back(false);
    }
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
          ImportTensor(tensor, fmt::format("initializer {}", Quote(tensor.name())));
      if (!constant.ok()) return constant.status();
      const absl::StatusOr<ValueId> id = Define(tensor.name());
      if (!id.ok()) return id.status();
      graph_.values[static_cast<std::size_t>(*id)].constant = *std::move(constant);
    }
    return absl::OkStatus();
  }

  absl::Status ImportInput(const onnx::GraphProto& graph) {
    for (const onnx::ValueInfoProto& input : graph.input()) {
      const auto known = ids_.find(input.name());
      // Old files list the initializers among the inputs.
      if (known != ids_.end() && known->second != graph_.input) continue;
      if (graph_.input != kNoValue) {
        return Unsupported(
            fmt::format("it has more than one input: {} and {}",
                        Quote(graph_.values[static_cast<std::size_t>(graph_.input)].name),
                        Quote(input.name())));
      }
      if (absl::Status s = ImportInputType(input); !s.ok()) return s;
      const absl::StatusOr<ValueId> id = Define(input.name());
      if (!id.ok()) return id.status();
      graph_.input = *id;
    }
    return graph_.input != kNoValue ? absl::OkStatus() : Invalid("it has no input");
  }

  absl::Status ImportInputType(const onnx::ValueInfoProto& input) {
    const std::string what = fmt::format("input {}", Quote(input.name()));
    const onnx::TypeProto_Tensor& type = input.type().tensor_type();
    if (type.elem_type() != onnx::TensorProto::FLOAT) {
      return Unsupported(
          fmt::format("{} is {}, float32 is expected", what, TypeName(type.elem_type())));
    }
    const bool fixed = shapes_ == Shapes::kFixed;
    if (!type.has_shape() || (type.shape().dim_size() == 0 && !fixed)) {
      return Invalid(fmt::format("{} has no shape", what));
    }
    if (type.shape().dim_size() > static_cast<int>(kMaxRank)) {
      return Unsupported(fmt::format("{} has more than {} dimensions", what, kMaxRank));
    }
    for (const onnx::TensorShapeProto_Dimension& dim : type.shape().dim()) {
      graph_.input_dims.push_back(dim.has_dim_value() ? dim.dim_value() : 0);
    }
    if (!fixed) {
      if (graph_.input_dims[0] > 1) {
        return Unsupported(fmt::format("{} has a fixed batch of {}; export it with a dynamic one",
                                       what, graph_.input_dims[0]));
      }
      graph_.input_dims[0] = kBatch;
    }
    if (std::ranges::any_of(graph_.input_dims.begin() + (fixed ? 0 : 1), graph_.input_dims.end(),
                            [](std::int64_t extent) { return extent < 1; })) {
      return Unsupported(fmt::format("{} has a size that is not fixed{}", what,
                                     fixed ? "" : ", beside the batch"));
    }
    return absl::OkStatus();
  }

  static absl::Status ImportAttributes(const onnx::NodeProto& proto, Node& node) {
    std::unordered_set<std::string> names;
    for (const onnx::AttributeProto& attribute : proto.attribute()) {
      const std::string what =
          fmt::format("{}: attribute {}", Describe(node), Quote(attribute.name()));
      if (!names.insert(attribute.name()).second) {
        return Invalid(fmt::format("{} is given twice", what));
      }
      absl::StatusOr<Attribute> imported = ImportAttribute(attribute, what);
      if (!imported.ok()) return imported.status();
      node.attributes.push_back(*std::move(imported));
    }
    return absl::OkStatus();
  }

  // Those beyond what the operator computes must not be used: masks, statistics of training.
  absl::Status ImportOutputs(const onnx::NodeProto& proto, Node& node) {
    const int computed = std::min(proto.output_size(), FindOperator(node.op_type)->max_outputs);
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

  absl::Status ImportNodes(const onnx::GraphProto& graph) {
    for (const onnx::NodeProto& proto : graph.node()) {
      Node node;
      node.name = proto.name();
      node.op_type = proto.op_type();
      node.position = graph_.nodes.size();
      if (!IsStandardDomain(proto.domain()) || FindOperator(proto.op_type()) == nullptr) {
        return Unsupported(fmt::format(
            "{}: the engine does not have this operator{}", Describe(node),
            IsStandardDomain(proto.domain()) ? "" : " of domain " + Quote(proto.domain())));
      }
      for (const std::string& input : proto.input()) {
        node.inputs.push_back(input.empty() ? kNoValue : Id(input));
      }
      if (absl::Status s = ImportOutputs(proto, node); !s.ok()) return s;
      if (absl::Status s = ImportAttributes(proto, node); !s.ok()) return s;
      graph_.nodes.push_back(std::move(node));
    }
    return absl::OkStatus();
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
      imported.dims->push_back(dim.has_dim_value() ? dim.dim_value() : kBatch);
    }
    graph_.outputs.push_back(std::move(imported));
    return absl::OkStatus();
  }

  absl::Status CheckUses() {
    for (const Node& node : graph_.nodes) {
      for (const ValueId input : node.inputs) {
        if (input == kNoValue || defined_[static_cast<std::size_t>(input)]) continue;
        const std::string& name = graph_.values[static_cast<std::size_t>(input)].name;
        return extra_outputs_.contains(name)
                   ? Unsupported(fmt::format("{}: its input {} is the second output of a node, "
                                             "which the engine does not compute",
                                             Describe(node), Quote(name)))
                   : Invalid(fmt::format("{}: its input {} is computed by no node", Describe(node),
                                         Quote(name)));
      }
    }
    return absl::OkStatus();
  }

  const LoadLimits& limits_;
  const Shapes shapes_;
  Graph graph_;
  std::unordered_map<std::string, ValueId> ids_;
  std::vector<bool> defined_;
  std::unordered_set<std::string> extra_outputs_;
};

}  // namespace

absl::StatusOr<Graph> ImportOnnx(std::span<const std::byte> bytes, const LoadLimits& limits,
                                 Shapes shapes) {
  constexpr std::size_t kFieldsPerNode = 256;  // far more than exporters write
  constexpr std::size_t kLongest = std::numeric_limits<std::int32_t>::max();
  if (bytes.size() > std::min(limits.max_file_bytes, kLongest)) {
    return absl::ResourceExhaustedError(
        fmt::format("it has {} bytes, {} are allowed", bytes.size(), limits.max_file_bytes));
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
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
  return Importer(limits, shapes).Import(model);
}

}  // namespace biglittle::nn
